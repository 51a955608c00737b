/**
 * The contract of a wing. It lets a wing contribute; nothing else knows the wing. Adding a feature is adding a folder
 * under features/ and one line in portal.ts. Wings meet only here.
 */
import { allWords, type Translate, type Words } from './platform/i18n.js'
import type { Day } from './platform/clock.js'
import type { OutboxEvent } from './platform/outbox.js'
import type { Letter } from './access/letters.js'
import type { Portal } from './access/portal.js'
import type { StaffUser } from './host/staff.js'
import type { NavEntry, RowAction } from './web/site.js'
import type { Whose } from './web/whose.js'
import type { RecordContext, Route, StaffContext } from './web/routes.js'

export interface Feature {
  name: string
  words: Words
  routes: readonly Route[]
  patientNav?: readonly NavEntry<RecordContext>[]
  staffNav?: readonly NavEntry<StaffContext>[]
  emrNav?: readonly NavEntry<StaffContext>[]
  /** Work that waits for staff. */
  queue?: Queue
  /** A patient's home answers what needs them, what is next, what is new: a wing's part of it. */
  homeCard?: Card<RecordContext> | readonly Card<RecordContext>[]
  /** What waits for a patient, as lines of their home. */
  needs?: readonly Need[]
  /** A wing's part of the staff's hall besides its queue. */
  hallCards?: readonly HallCard[]
  /** A wing's parts of the patient's panel for staff. */
  panelCards?: readonly PanelCard[]
  /** What can be done from a row of another wing that is about a patient. */
  rowActions?: readonly RowAction[]
  /** What runs by itself, in one process at a time. module.json describes each. */
  jobs?: readonly Job[]
  /** What a wing does after something has happened. */
  on?: readonly Listener[]
  /** Letters that a wing writes (access/letters.ts), as the notifications wing words and sends them. */
  letters?: readonly LetterKind[]
  /** What somebody may want to do, and why they can or cannot. */
  explain?: readonly Why[]
}

/** A part of a wing: what one folder of it contributes. */
export type Part = Omit<Feature, 'name' | 'queue' | 'homeCard'> & { homeCard?: readonly Card<RecordContext>[] }

/** A wing made of parts, in their order. */
export function wingOf(name: string, parts: readonly Part[], queue?: Queue): Feature {
  return {
    name,
    ...(queue ? { queue } : {}),
    words: allWords(...parts.map((part) => part.words)),
    routes: parts.flatMap((part) => part.routes),
    patientNav: parts.flatMap((part) => part.patientNav ?? []),
    staffNav: parts.flatMap((part) => part.staffNav ?? []),
    homeCard: parts.flatMap((part) => part.homeCard ?? []),
    needs: parts.flatMap((part) => part.needs ?? []),
    hallCards: parts.flatMap((part) => part.hallCards ?? []),
    panelCards: parts.flatMap((part) => part.panelCards ?? []),
    rowActions: parts.flatMap((part) => part.rowActions ?? []),
    jobs: parts.flatMap((part) => part.jobs ?? []),
    on: parts.flatMap((part) => part.on ?? []),
    letters: parts.flatMap((part) => part.letters ?? []),
    explain: parts.flatMap((part) => part.explain ?? []),
  }
}

/** Something that a person may want to do: every precondition and rule of it, and the word of the code that decides. */
export interface Why {
  /** As it stands in addresses: `sign-in`. */
  key: string
  /** Key of words. */
  title: string
  who: WhyPerson['kind']
  reasons: (context: WhyContext, person: WhyPerson) => Promise<Reasons>
}

/** Who asks: in whose words, for whose rights the ways out are. */
export type WhyContext = Pick<StaffContext, 'portal' | 't' | 'language' | 'url'>

export type WhyPerson =
  | { kind: 'staff'; user: StaffUser }
  /** An account and one of its records, as addresses name it: a chart that it may open, or its own. */
  | { kind: 'account'; record: string }
  /** A chart, as its patient: whether they have an account or not. */
  | { kind: 'patient'; pid: number }

export interface Reasons {
  /** What the code answers that decides when it is really done: never read off the steps. */
  verdict: boolean
  /** In the order in which they are asked. The first that does not hold decides; where all hold, all do. */
  steps: readonly WhyStep[]
}

export interface WhyStep {
  key: string
  /** In words. */
  title: string
  holds: boolean
  /** How it stands, in words; each a sentence. */
  detail: readonly string[]
  /** Where it is mended. */
  fixes: readonly WhyFix[]
}

export interface WhyFix {
  label: string
  href: string
  /** Who has it may go there. */
  permission: string
  /** Outside Foyer, in the EMR's own screens: it opens in a tab of its own. */
  elsewhere?: true
}

/**
 * To the EMR, whose menus the step names: the address that the practice has set; where it has set none, to where it can.
 * Its inner pages are not linked to: they stand only within its own frame, which begins at its start page.
 */
export function emrFix({ portal, t, url }: Pick<WhyContext, 'portal' | 't' | 'url'>): WhyFix {
  const { emrAddress } = portal.settings()
  return emrAddress === ''
    ? {
        label: t('emr.sayWhere'),
        href: url('/staff/portal/settings#field-emrAddress-hint'),
        permission: 'settings:manage',
      }
    : { label: t('emr.open'), href: emrAddress, permission: 'portal:use', elsewhere: true }
}

/** Says a wing's steps: its words are `<words>.<key>`, and `.yes` or `.no` after that for how it stands. */
export function whyStepsIn(words: string) {
  return (
    { t }: WhyContext,
    key: string,
    holds: boolean,
    values: Record<string, string | number> = {},
    fixes: readonly WhyFix[] = [],
  ): WhyStep => {
    const title = `${words}.${key}`
    const detail = [t(`${title}.${holds ? 'yes' : 'no'}`, values)]
    return { key, title: t(title), holds, detail, fixes: holds ? [] : fixes }
  }
}

/** Said by every wing of a record that asks a second factor first, after the rules: the record's door asks it there. */
export function factorStep(context: WhyContext, holds: boolean): WhyStep {
  const { t, url } = context
  const settings = {
    label: t('why.factor.fix'),
    href: url('/staff/portal/settings#field-secondFactor-hint'),
    permission: 'settings:manage',
  }
  return whyStepsIn('why')(context, 'factor', holds, {}, [settings])
}

/**
 * One kind of letter. Its words: `letter.<kind>.subject`, `.text` (paragraphs, a line each), `.action` (what the link
 * does), `.sms`. They may use `{{practice}}`, `{{phone}}`, `{{address}}` (the link's) and the values below.
 */
export interface LetterKind {
  /** `credential.reset` */
  kind: string
  /** Asked when it is sent: only here is a secret said. Undefined: what it tells of is over, and it is not sent. */
  values: (portal: Portal, letter: Letter, t: Translate) => LetterValues | undefined | Promise<LetterValues | undefined>
}

export interface LetterValues {
  /** Where its link leads, without the base address: `/portal/sign-in`. */
  path: string
  values?: Record<string, string | number>
}

export interface Job {
  /** As in module.json. */
  name: string
  everySeconds: number
  /** Runs under the job's lock; throws what went wrong, which is told and tried again at its next time. */
  run: (portal: Portal) => Promise<void>
}

/**
 * Hears an event after the transaction that published it has committed: at least once, in order for one `key`, again
 * with growing pauses until it does not throw, and to staff when it never succeeds.
 */
export interface Listener {
  /** Names the listener among those of its event: `notify-patient`. */
  name: string
  event: string
  hear: (portal: Portal, event: HeardEvent) => Promise<void>
}

export interface HeardEvent extends OutboxEvent {
  /** The same each time that the event is heard: what a listener makes once, it makes under this. */
  id: number
  /** It is not tried again when this time fails too. */
  lastTry: boolean
}

/**
 * Work that waits for staff. What is counted is what is listed: `counting` and the list share their FROM and WHERE, so
 * that a number cannot disagree with its list. The numbers of all queues are one statement for each page.
 */
export interface Queue {
  key: string
  /** Key of words. */
  title: string
  /** A symbol of public/vendor/icons.svg; an inbox where there is none. */
  icon?: string
  /** Its own page, below /staff/portal. */
  path: string
  /** Below /staff/portal: the rows alone, which ask for news by themselves. The dashboard lays them in. */
  fragment: string
  permission: string
  /**
   * One SELECT, made of constants only, of one row: `count`, `oldest` (seconds that the oldest has waited, NULL when
   * nothing waits) and `taken` (how many of them somebody has). It may use `:utc`, `:wall` and `:claimedSince` (UTC:
   * a claim made earlier has lapsed).
   */
  counting: string
}

export interface QueueState {
  count: number
  /** Minutes that the oldest has waited; undefined when nothing waits. */
  oldestMinutes: number | undefined
  /** How many of them somebody has claimed. */
  taken: number
}

export interface Fragment {
  view: string
  content: unknown
  /** Staff: each person of whom something is shown, besides the one whose panel it is. */
  about?: readonly Whose[]
}

export interface Card<Context> {
  permission: string
  /** needs: what waits for the patient; next: what comes; new: what arrived. */
  place: 'needs' | 'next' | 'new'
  /** Undefined: nothing to show here (a wing that has an empty state shows it itself). */
  show: (context: Context) => Promise<Fragment | undefined>
}

/** Something that waits for a patient. All that one home tells of is one statement, however many wings ask. */
export interface Need {
  /** Letters. */
  key: string
  permission: string
  /**
   * One SELECT, made of constants only, of one row: `count`, `day` (the earliest due, NULL without one) and `name` (what
   * the first is called, ''). It may use `:account`, `:pid` (-1: no chart), `:record`, `:utc`, `:wall` and `:today`.
   */
  counting: string
  /** A symbol of public/vendor/icons.svg. */
  icon: string
  /** Where it does not hold, it is not asked for. */
  shown?: (context: RecordContext) => boolean
  /** Asked where `count` is one at least. */
  line: (context: RecordContext, waiting: Waiting) => NeedLine
}

export interface Waiting {
  count: number
  day: Day | undefined
  name: string
}

export interface NeedLine {
  /** What waits, as a sentence. */
  text: string
  /** Until when, in words. */
  due?: string | undefined
  /** What the link does. */
  action: string
  /** Where to, without the base path. */
  to: string
}

/** A card of the staff's hall, loaded by itself from a route of its own: `/staff/portal/cards/<key>`. One statement at most. */
export interface HallCard {
  /** Letters and hyphens. */
  key: string
  /** Key of words. */
  title: string
  permission: string
  /** Asks for news by itself so often; does not keep the session awake. */
  everySeconds?: number
  /** A `<section class="card">` with a heading of the second rank. */
  show: (context: StaffContext) => Promise<Fragment>
}

/** A card of a patient's panel, loaded by itself: `/staff/portal/patients/:pid/<key>`. One statement at most. */
export interface PanelCard {
  /** Letters and hyphens. */
  key: string
  /** Key of words. */
  title: string
  permission: string
  /** main: what waits and what happened; side: how the patient stands. Without a word: main. */
  place?: 'main' | 'side'
  /** A `<section class="card">` with a heading of the second rank. */
  show: (context: StaffContext, pid: number) => Promise<Fragment>
}
