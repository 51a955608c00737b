/** GET /why: who, and what; then every precondition and rule in order, and which of them decides. */
import type { Reasons, Why, WhyStep } from '../../feature.js'
import type { StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import { choicesFor, personIn, type Choice, type Found } from './people.js'
import { whoseOf } from '../../web/whose.js'

/** As it stands in the address: a question can be sent to a colleague. */
interface Asked {
  /** What was typed of a name. */
  person: string
  /** Who was picked. */
  who: string
  thing: string
}

function askedIn({ query }: StaffContext): Asked {
  const short = (name: string) => (query[name] ?? '').trim().slice(0, 255)
  return { person: short('person'), who: short('who'), thing: short('thing') }
}

export async function ask(context: StaffContext, things: readonly Why[]): Promise<Answer> {
  const { show, t } = context
  const asked = askedIn(context)
  const title = t('why.title')
  const found = asked.who === '' ? undefined : await personIn(context, asked.who)
  const page = (more: object, errors: Readonly<Record<string, string>> = {}) => ({
    form: formOf(context, things, asked, found, errors),
    ...more,
  })
  if (asked.who === '' && asked.person === '') {
    if (asked.thing === '' && !('person' in context.query)) return show.page('/why/why', page({}), { title })
    return show.refused('/why/why', page({}, { person: t('why.missingPerson') }), { title })
  }
  if (asked.who === '') return chooseAmong(context, asked, things, page)
  if (!found) return show.refused('/why/why', page({}, { person: t('why.noLonger') }), { title })
  const about = whoseOf({ pid: found.pid, record: found.person.kind === 'account' ? found.person.record : undefined })
  if (asked.thing === '') return show.page('/why/why', page({}), { title, about })
  const thing = things.find(({ key, who }) => key === asked.thing && who === found.person.kind)
  if (!thing) return show.refused('/why/why', page({}, { thing: t('why.otherThing') }), { title, about })
  const answer = answerView(context, found, thing, await thing.reasons(context, found.person))
  return show.page('/why/why', page({ answer }), { title, about })
}

async function chooseAmong(
  context: StaffContext,
  asked: Asked,
  things: readonly Why[],
  page: (more: object) => object,
): Promise<Answer> {
  const { show, t, url } = context
  const kind = things.find(({ key }) => key === asked.thing)?.who
  const all = await choicesFor(context, asked.person)
  const choices = kind === undefined ? all : all.filter((each) => each.kind === kind)
  const groups = (['patient', 'account', 'staff'] as const)
    .map((each) => ({
      title: t(`why.group.${each}`),
      rows: choices
        .filter((choice) => choice.kind === each)
        .map((choice) => ({
          text: choice.text,
          href: url(addressOf({ ...asked, who: choice.who })),
        })),
    }))
    .filter(({ rows }) => rows.length > 0)
  const about = whoseOf(...choices.map(({ pid, who }: Choice) => ({ pid, record: /^record:(.+)$/.exec(who)?.[1] })))
  return show.page('/why/why', page({ groups, nobody: groups.length === 0 }), { title: t('why.title'), about })
}

function addressOf(asked: Asked): string {
  return `/staff/portal/why?${new URLSearchParams({ ...asked }).toString()}`
}

function formOf(
  { t, url }: StaffContext,
  things: readonly Why[],
  asked: Asked,
  found: Found | undefined,
  errors: Readonly<Record<string, string>>,
) {
  const kinds = (['patient', 'account', 'staff'] as const).filter((kind) => !found || kind === found.person.kind)
  return {
    action: url('/staff/portal/why'),
    person: asked.person,
    /** Who was picked stays picked while another thing is chosen. */
    who: found && asked.who,
    name: found?.name,
    otherHref: url('/staff/portal/why'),
    groups: kinds.map((kind) => ({
      label: t(`why.things.${kind}`),
      options: things
        .filter((thing) => thing.who === kind)
        .map(({ key, title }) => ({ value: key, text: t(title), selected: key === asked.thing })),
    })),
    errors: Object.entries(errors).map(([name, text]) => ({ name, text })),
    fieldErrors: errors,
  }
}

function answerView({ may, t }: StaffContext, { name }: Found, thing: Why, { steps, verdict }: Reasons) {
  const decisive = steps.find(({ holds }) => !holds)
  return {
    title: t('why.answer', { who: name, what: t(thing.title) }),
    verdict,
    // Said where the steps do not account for the verdict, which is what happens.
    unaccounted: verdict !== (decisive === undefined),
    steps: steps.map((step) => stepView(step, step === decisive, may)),
  }
}

function stepView({ detail, fixes, holds, key, title }: WhyStep, decides: boolean, may: StaffContext['may']) {
  return {
    ...{ key, title, holds, detail, decides },
    fixes: fixes.filter(({ permission }) => may(permission)),
    /** There is a way out, and it is others'. */
    others: fixes.length > 0 && !fixes.some(({ permission }) => may(permission)),
  }
}
