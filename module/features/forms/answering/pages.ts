/** A form in pages: one for each group at its top, or one page where it is short. */
import { flat, type Asked, type Standing, type TreeHow } from '../../../access/questionnaires/enabling.js'
import { isQuestion } from '../../../access/questionnaires/model.js'

export interface FormPage {
  /** From 1, the same whatever is asked. */
  number: number
  /** The group that it is; undefined: questions that stand by themselves, or all of a short form. */
  group: Asked | undefined
  items: readonly Asked[]
  /** Whether anything on it is asked now. */
  asked: boolean
}

/** Questions of a form that is not divided. */
const SHORT = 12

/** Every page, those that nothing asks for now too: their numbers stay. */
export function pagesOf(standing: Standing, how: TreeHow = {}): FormPage[] {
  const tree = standing.tree({ ...how, everything: true })
  const short = flat(tree).filter(({ item }) => isQuestion(item)).length <= SHORT
  const parts = short ? [tree] : divided(tree)
  return parts.map((items, at) => ({
    number: at + 1,
    group: items.length === 1 && items[0]?.item.kind === 'group' ? items[0] : undefined,
    items,
    asked: flat(items).some(({ item, asked }) => asked && isQuestion(item) && !item.hidden),
  }))
}

/** Each group by itself, with all its instances; what stands between groups together. */
function divided(tree: readonly Asked[]): Asked[][] {
  const parts: Asked[][] = []
  for (const asked of tree) {
    const last = parts.at(-1)
    const before = last?.at(-1)
    const sameGroup = before?.item === asked.item
    const bothLoose = before !== undefined && before.item.kind !== 'group' && asked.item.kind !== 'group'
    if (last && (sameGroup || bothLoose)) last.push(asked)
    else parts.push([asked])
  }
  return parts
}
