/** Whom a patient chooses from: everybody of a small practice; of a large one those whose name is typed, or who are near. */
import type { Provider } from '../../../host/calendar.js'

/** What is said above the times: why what was asked for is not what is shown. */
export interface Note {
  /** Of words. */
  key: string
  /** Whom it is about. */
  name?: string
}

export interface ProviderChoice {
  /** Whom the address asks for. Undefined: nobody who can be requested. */
  provider: Provider | undefined
  /** To choose from; in the practice's order. */
  shown: Provider[]
  /** Where there are more than are shown. */
  search?: { who: string; count: number }
  /** Nobody has the name that was typed. */
  notes: Note[]
}

/** More than these in one list nobody looks through, and every page of a large practice would carry them all. */
export const SHOWN_MOST = 40

/** `wanted`: users.id as the address has it, or as the chart does; `who`: part of a name. Somebody of that name goes first. */
export function chosenAmong(providers: readonly Provider[], wanted: string, who = ''): ProviderChoice {
  const asked = providers.find((each) => String(each.id) === wanted)
  if (providers.length <= SHOWN_MOST) return { provider: asked, shown: [...providers], notes: [] }
  const typed = who.trim().slice(0, 100)
  const named = typed === '' ? [] : providers.filter(({ name }) => isCalled(name, typed))
  const provider = named.length === 0 || (asked && named.includes(asked)) ? asked : named[0]
  const notes = typed === '' || named.length > 0 ? [] : [{ key: 'appointments.choose.nobodyCalled', name: typed }]
  const chosen = provider ?? providers[0]
  const shown = new Set([...(chosen ? [chosen] : []), ...(named.length > 0 ? named : near(providers, chosen))])
  const most = new Set([...shown].slice(0, SHOWN_MOST))
  return {
    ...{ provider, notes },
    shown: providers.filter((each) => most.has(each)),
    search: { who: typed, count: providers.length },
  }
}

/** Each word that was typed begins one of the name; accents and capitals don't count. */
function isCalled(name: string, typed: string): boolean {
  const words = wordsOf(name)
  return wordsOf(typed).every((begin) => words.some((word) => word.startsWith(begin)))
}

function wordsOf(text: string): string[] {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  return plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')
}

/** Those of the same place first. */
function near(providers: readonly Provider[], chosen: Provider | undefined): Provider[] {
  const isHere = (each: Provider) => each.facilityName === chosen?.facilityName
  return [...providers.filter(isHere), ...providers.filter((each) => !isHere(each))]
}
