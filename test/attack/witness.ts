/**
 * Who held which minutes of a provider when, by what the attackers saw themselves. Knows nothing of how Foyer decides:
 * an overlap counts only when no order of events could excuse it.
 */

/** Milliseconds of one clock that all attackers share. */
type Instant = number

export interface Held {
  eid: number
  /** Foyer took it for a patient; the host put it there whatever else was there. */
  by: 'foyer' | 'host'
  /** Provider and day. */
  column: string
  /** Minutes since midnight; `to` is not part of it. */
  from: number
  to: number
  /** Its commit was not before this. */
  notBefore: Instant
  /** Its commit was answered: whoever commits after this, commits over it. */
  committed: Instant
  /** Laid over whatever was there before, knowingly: nobody may be laid over it in turn. */
  deliberate?: boolean
}

/** Foyer committed something over minutes that were another's for certain. */
export interface Overlap {
  what: 'placed' | 'confirmed'
  over: Held
  /** What Foyer let happen. */
  later: Held
}

export interface Witness {
  /** It was booked, or moved here: one event may hold several times, one after the other. */
  held: (event: Held) => void
  /** Somebody sets about giving back the minutes that the event holds now. Call the answer when that was refused. */
  releasing: (eid: number, at: Instant) => () => void
  /** Foyer confirmed a request, where it is held now: that, too, must not happen over the host's row. */
  confirmed: (eid: number, notBefore: Instant, committed: Instant) => void
  /** Overlaps among everything seen so far. */
  overlaps: () => Overlap[]
  count: () => number
}

export function witness(): Witness {
  const columns = new Map<string, Held[]>()
  /** Where each event is now. */
  const places = new Map<number, Held>()
  const releases = new Map<Held, Set<{ at: Instant }>>()
  const confirmations: { place: Held; later: Held }[] = []
  const columnOf = (event: Held): readonly Held[] => columns.get(event.column) ?? []
  const releasedFrom = (place: Held): Instant => Math.min(...[...(releases.get(place) ?? [])].map(({ at }) => at))

  /** Whether the first's minutes were its own, for certain, from before the second's commit until after it. */
  const stoodAt = (first: Held, second: Held): boolean =>
    first.committed < second.notBefore && releasedFrom(first) > second.committed

  /** Two that Foyer placed, both standing at one time, whichever came first. */
  const stoodTogether = (a: Held, b: Held): boolean =>
    Math.max(a.committed, b.committed) < Math.min(releasedFrom(a), releasedFrom(b))

  /** One of them was laid over the other knowingly; not, if the other came after it for certain. */
  const meant = (a: Held, b: Held): boolean =>
    (a.deliberate === true && b.notBefore <= a.committed) || (b.deliberate === true && a.notBefore <= b.committed)

  const near = (place: Held): readonly Held[] =>
    columnOf(place).filter((other) => other.eid !== place.eid && shareMinutes(other, place))

  return {
    held(event) {
      const column = columns.get(event.column)
      if (column) column.push(event)
      else columns.set(event.column, [event])
      places.set(event.eid, event)
    },
    releasing(eid, at) {
      const place = places.get(eid)
      if (!place) return () => false
      const mine = { at }
      const all = releases.get(place) ?? new Set()
      releases.set(place, all.add(mine))
      return () => all.delete(mine)
    },
    confirmed(eid, notBefore, committed) {
      const place = places.get(eid)
      // A patient who accepts what was laid there knowingly does no wrong.
      if (place && place.deliberate !== true) confirmations.push({ place, later: { ...place, notBefore, committed } })
    },
    overlaps() {
      const all = [...columns.values()].flat()
      const placed = all
        .filter((place) => place.by === 'foyer')
        .flatMap((later) =>
          near(later)
            // Of two of Foyer's own, the one that was made later is named.
            .filter((other) =>
              other.by === 'host'
                ? later.deliberate !== true && stoodAt(other, later)
                : other.eid < later.eid && stoodTogether(other, later) && !meant(other, later),
            )
            .map((over): Overlap => ({ what: 'placed', over, later })),
        )
      const confirmed = confirmations.flatMap(({ place, later }) =>
        near(place)
          // Of Foyer's own, placing them was looked at already; what the host laid over them is confirmed here.
          .filter((other) => (other.by === 'host' || place.by === 'host') && stoodAt(other, later))
          .map((over): Overlap => ({ what: 'confirmed', over, later })),
      )
      return [...placed, ...confirmed]
    },
    count: () => places.size,
  }
}

function shareMinutes(a: Held, b: Held): boolean {
  return a.from < b.to && b.from < a.to
}
