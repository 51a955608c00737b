import { expect } from 'chai'
import fc from 'fast-check'
import { DateTime } from 'luxon'
import { phpSerialize } from '../../module/host/php/serialize.js'
import { dayFrom, dayNumber, occurrences, recurringEvent, weekendDays } from '../../module/host/recurrence.js'
import type { RecurrenceColumns } from '../../module/host/recurrence.js'
import type { Day } from '../../module/platform/clock.js'

const SATURDAY_SUNDAY = weekendDays('6,0')

describe('an event of the host takes place', () => {
  describe('once', () => {
    it('on its day, whatever its end', () => {
      expect(days({ first: '2026-03-04', type: 0 }, '2026-03-01', '2026-04-01')).to.deep.equal(['2026-03-04'])
      const ended = { first: '2026-03-04', last: '2026-03-02', type: 0 }
      expect(days(ended, '2026-03-01', '2026-04-01')).to.deep.equal(['2026-03-04'])
    })

    it('on the first day asked for, but not on the day after the last', () => {
      expect(days({ first: '2026-03-04', type: 0 }, '2026-03-04', '2026-03-05')).to.deep.equal(['2026-03-04'])
      expect(days({ first: '2026-03-04', type: 0 }, '2026-03-01', '2026-03-04')).to.deep.equal([])
      expect(days({ first: '2026-03-04', type: 0 }, '2026-03-05', '2026-04-01')).to.deep.equal([])
    })

    it('and on no day without a real date', () => {
      for (const first of ['0000-00-00', '', '2026-02-30', null]) {
        expect(days({ first, type: 0 }, '0001-01-01', '2099-01-01')).to.deep.equal([])
        expect(days({ first, type: 1, ...every('1', '0') }, '2026-01-01', '2026-02-01')).to.deep.equal([])
      }
    })
  })

  describe('again', () => {
    it('every third day', () => {
      const event = { first: '2026-02-25', type: 1, ...every('3', '0') }
      expect(days(event, '2026-03-01', '2026-03-10')).to.deep.equal(['2026-03-03', '2026-03-06', '2026-03-09'])
    })

    it('every second week', () => {
      const event = { first: '2026-02-25', type: 1, ...every('2', '1') }
      expect(days(event, '2026-03-01', '2026-04-01')).to.deep.equal(['2026-03-11', '2026-03-25'])
    })

    it('every month, from the 31st as the host steps: over into March, and the same day from then on', () => {
      const event = { first: '2026-01-31', type: 1, ...every('1', '2') }
      expect(days(event, '2026-01-01', '2026-06-01')).to.deep.equal([
        '2026-01-31',
        '2026-03-03',
        '2026-04-03',
        '2026-05-03',
      ])
      expect(days(event, '2030-05-01', '2030-06-01')).to.deep.equal(['2030-05-03'])
    })

    it('every year, on the 1st of March after a 29th of February', () => {
      const event = { first: '2024-02-29', type: 1, ...every('1', '3') }
      expect(days(event, '2024-01-01', '2029-01-01')).to.deep.equal([
        '2024-02-29',
        '2025-03-01',
        '2026-03-01',
        '2027-03-01',
        '2028-03-01',
      ])
    })

    it('every fourth year on a 29th of February', () => {
      const event = { first: '2020-02-29', type: 1, ...every('4', '3') }
      expect(days(event, '2021-01-01', '2029-01-01')).to.deep.equal(['2024-02-29', '2028-02-29'])
    })

    it('every work day, by the weekend of the practice', () => {
      const event = { first: '2026-03-05', type: 1, ...every('1', '4') }
      expect(days(event, '2026-03-05', '2026-03-11')).to.deep.equal([
        '2026-03-05',
        '2026-03-06',
        '2026-03-09',
        '2026-03-10',
      ])
      expect(days(event, '2026-03-05', '2026-03-11', weekendDays('5,6'))).to.deep.equal([
        '2026-03-05',
        '2026-03-08',
        '2026-03-09',
        '2026-03-10',
      ])
    })

    it('every second work day', () => {
      const event = { first: '2026-03-05', type: 1, ...every('2', '4') }
      expect(days(event, '2026-03-05', '2026-03-14')).to.deep.equal([
        '2026-03-05',
        '2026-03-09',
        '2026-03-11',
        '2026-03-13',
      ])
    })

    it('only once, where every day is a weekend', () => {
      const event = { first: '2026-03-05', type: 1, ...every('1', '4') }
      expect(days(event, '2026-03-01', '2036-03-01', weekendDays('0,1,2,3,4,5,6'))).to.deep.equal(['2026-03-05'])
    })

    it('on the listed days of the week, and on its first day whatever that is', () => {
      // 2026-03-05 is a Thursday; 2 and 4 are Monday and Wednesday.
      const event = { first: '2026-03-05', type: 3, ...every('2,4', '6') }
      expect(days(event, '2026-03-01', '2026-03-17')).to.deep.equal([
        '2026-03-05',
        '2026-03-09',
        '2026-03-11',
        '2026-03-16',
      ])
    })

    it('on the second Tuesday of every month', () => {
      const event = { first: '2026-01-13', type: 2, ...nthWeekday('2', '2', '1') }
      expect(days(event, '2026-01-01', '2026-05-01')).to.deep.equal([
        '2026-01-13',
        '2026-02-10',
        '2026-03-10',
        '2026-04-14',
      ])
    })

    it('on the last Friday, be it the fourth or the fifth', () => {
      const event = { first: '2026-01-30', type: 2, ...nthWeekday('5', '5', '1') }
      expect(days(event, '2026-01-01', '2026-05-01')).to.deep.equal([
        '2026-01-30',
        '2026-02-27',
        '2026-03-27',
        '2026-04-24',
      ])
    })

    it('on the first Monday every third month, never before its first day', () => {
      const event = { first: '2026-01-20', type: 2, ...nthWeekday('1', '1', '3') }
      expect(days(event, '2026-01-01', '2026-12-01')).to.deep.equal(['2026-04-06', '2026-07-06', '2026-10-05'])
    })

    it('and skips a month, as the host does, when an old row counts its months from a 31st', () => {
      const old = { first: '2026-01-31', type: 2, ...nthWeekday('5', '6', '1', '') }
      const event = { ...old, ...nthWeekday('5', '6', '1') }
      expect(days(old, '2026-01-01', '2026-05-01')).to.deep.equal(['2026-01-31', '2026-03-28', '2026-04-25'])
      expect(days(event, '2026-01-01', '2026-05-01')).to.deep.equal([
        '2026-01-31',
        '2026-02-28',
        '2026-03-28',
        '2026-04-25',
      ])
    })
  })

  describe('until', () => {
    const daily = { first: '2026-03-01', type: 1, ...every('1', '0') }

    it('its last day, which it has', () => {
      expect(days({ ...daily, last: '2026-03-03' }, '2026-03-02', '2026-04-01')).to.deep.equal([
        '2026-03-02',
        '2026-03-03',
      ])
    })

    it('nothing, when the end is NULL or zero', () => {
      for (const last of [null, '0000-00-00']) {
        expect(days({ ...daily, last }, '2040-01-01', '2040-01-03')).to.deep.equal(['2040-01-01', '2040-01-02'])
      }
    })

    it('never, when it ended before it began', () => {
      expect(days({ ...daily, last: '2026-02-01' }, '2026-01-01', '2026-04-01')).to.deep.equal([])
    })

    it('but not on the days taken out of it, however these are written', () => {
      const event = { ...daily, ...every('1', '0', '20260302,2026-03-04, 20260305,99999999,,nonsense') }
      expect(days(event, '2026-03-01', '2026-03-08')).to.deep.equal([
        '2026-03-01',
        '2026-03-03',
        '2026-03-06',
        '2026-03-07',
      ])
    })

    it('and exceptions do not move the others', () => {
      const event = { first: '2026-03-01', type: 1, ...every('2', '0', '20260303') }
      expect(days(event, '2026-03-01', '2026-03-08')).to.deep.equal(['2026-03-01', '2026-03-05', '2026-03-07'])
    })
  })

  describe('not at all, where the host leaves it out', () => {
    const skipped: [string, Event][] = [
      ['without a frequency', { first: '2026-03-01', type: 1, ...every('', '0') }],
      ['with a frequency of 0', { first: '2026-03-01', type: 1, ...every('0', '0') }],
      ['with a frequency below 0', { first: '2026-03-01', type: 1, ...every('-1', '0') }],
      ['with a frequency in words', { first: '2026-03-01', type: 1, ...every('often', '0') }],
      ['with a kind that there is not', { first: '2026-03-01', type: 1, ...every('1', '5') }],
      ['without listed days', { first: '2026-03-01', type: 3, ...every('', '6') }],
      ['with days that there are not', { first: '2026-03-01', type: 3, ...every('0,8', '6') }],
      ['without the nth', { first: '2026-03-01', type: 2, ...nthWeekday('', '2', '1') }],
      ['with a sixth', { first: '2026-03-01', type: 2, ...nthWeekday('6', '2', '1') }],
      ['without months', { first: '2026-03-01', type: 2, ...nthWeekday('1', '2', '') }],
      ['with a day that there is not', { first: '2026-03-01', type: 2, ...nthWeekday('1', '7', '1') }],
      ['without a specification', { first: '2026-03-01', type: 1, spec: null }],
      [
        'with a specification cut short',
        { first: '2026-03-01', type: 1, spec: 'a:5:{s:17:"event_repeat_freq";s:1:"1"' },
      ],
      ['with an object for a specification', { first: '2026-03-01', type: 1, spec: 'O:8:"stdClass":0:{}' }],
      ['of a type that there is not', { first: '2026-03-01', type: 4, ...every('1', '0') }],
    ]
    for (const [what, event] of skipped) {
      it(what, () => expect(days(event, '2026-01-01', '2027-01-01')).to.deep.equal([]))
    }
  })

  it('on the days that a walk from its first day finds', () => {
    let found = 0
    fc.assert(
      fc.property(
        series(),
        fc.integer({ min: -60, max: 1500 }),
        fc.integer({ min: 0, max: 200 }),
        (some, ahead, length) => {
          const from = dayFrom(dayNumber(some.first) + ahead)
          const until = dayFrom(dayNumber(from) + length)
          const actual = occurrences(recurringEvent(rowOf(some), some.weekend), from, until)
          expect(actual).to.deep.equal(walk(some, from, until))
          found += actual.length
        },
      ),
      { numRuns: 1500 },
    )
    // Otherwise there was nothing to compare.
    expect(found).to.be.greaterThan(5_000)
  }).timeout(30_000)

  it('as quickly in its thousandth year as in its first', () => {
    const kinds = [
      every('1', '0'),
      every('1', '1'),
      every('1', '2'),
      every('1', '3'),
      every('2', '4'),
      every('2,4', '6'),
    ]
    const events = kinds.map((kind) =>
      recurringEvent(rowOf({ first: '1026-01-31', type: 1, ...kind }), SATURDAY_SUNDAY),
    )
    const start = performance.now()
    for (let run = 0; run < 500; run += 1) {
      for (const event of events) occurrences(event, '2026-03-01', '2026-03-08')
    }
    // A walk over 365,000 days takes about a thousand times as long.
    expect(performance.now() - start).to.be.lessThan(2000)
  })
})

describe('days', () => {
  it('are numbered and back', () => {
    expect(dayNumber('1970-01-01')).to.equal(0)
    expect(dayNumber('2026-03-08') - dayNumber('2026-03-01')).to.equal(7)
    fc.assert(fc.property(fc.integer({ min: -300_000, max: 2_900_000 }), (day) => dayNumber(dayFrom(day)) === day))
  })

  it('are no numbers when there is no such day', () => {
    for (const text of ['0000-00-00', '2026-02-29', '2026-13-01', '2026-1-1', '2026-01-01 10:00:00', 'today', '']) {
      expect(dayNumber(text), text).to.be.NaN
    }
  })
})

interface Event {
  first: string | null
  last?: string | null
  type: number
  spec?: string | null
}

function days(event: Event, from: Day, until: Day, weekend = SATURDAY_SUNDAY): Day[] {
  return occurrences(recurringEvent(rowOf(event), weekend), from, until)
}

function rowOf({ first, last = null, type, spec = null }: Event): RecurrenceColumns {
  return { pc_eventDate: first, pc_endDate: last, pc_recurrtype: type, pc_recurrspec: spec }
}

/** As staff's screens write it (facts §2.4). */
function every(freq: string, type: string, exdate = ''): { spec: string } {
  return specification({ freq, type, exdate })
}

function nthWeekday(num: string, day: string, months: string, flag = '1', exdate = ''): { spec: string } {
  return specification({ num, day, months, flag, exdate })
}

function specification(
  fields: Partial<Record<'freq' | 'type' | 'num' | 'day' | 'months' | 'flag' | 'exdate', string>>,
): {
  spec: string
} {
  return {
    spec: phpSerialize({
      event_repeat_freq: fields.freq ?? '',
      event_repeat_freq_type: fields.type ?? '',
      event_repeat_on_num: fields.num ?? '1',
      event_repeat_on_day: fields.day ?? '0',
      event_repeat_on_freq: fields.months ?? '0',
      exdate: fields.exdate ?? '',
      ...(fields.flag ? { rt2_pf_flag: fields.flag } : {}),
    }),
  }
}

// The model: walks from the first day and asks of each whether the event takes place.

type Rule =
  | { kind: 'days' | 'weeks' | 'months' | 'years' | 'work days'; step: number }
  | { kind: 'weekdays'; weekdays: number[] }
  | { kind: 'nth'; nth: number; weekday: number; step: number; flag: boolean }

interface Series extends Event {
  first: Day
  last: Day | null
  rule: Rule
  except: Day[]
  weekend: ReadonlySet<number>
}

const FREQ_TYPES = { days: '0', weeks: '1', months: '2', years: '3', 'work days': '4' }

function series(): fc.Arbitrary<Series> {
  const first = fc.integer({ min: dayNumber('2016-01-01'), max: dayNumber('2026-12-31') }).map(dayFrom)
  const step = fc.integer({ min: 1, max: 6 })
  const rule: fc.Arbitrary<Rule> = fc.oneof(
    fc.record({ kind: fc.constantFrom('days', 'weeks', 'months', 'years', 'work days'), step }),
    fc.record({
      kind: fc.constant('weekdays'),
      weekdays: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 7 }),
    }),
    fc.record({
      kind: fc.constant('nth'),
      nth: fc.integer({ min: 1, max: 5 }),
      weekday: fc.integer({ min: 0, max: 6 }),
      step,
      flag: fc.boolean(),
    }),
  )
  const weekend = fc.constantFrom('6,0', '5,6', '0', '', '0,3,6').map(weekendDays)
  const lasting = fc.option(fc.integer({ min: -5, max: 2000 }))
  const exceptions = fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.boolean()), { maxLength: 60 })
  return fc.tuple(first, rule, weekend, lasting, exceptions).map(([from, repeated, off, length, taken]) => {
    const except = taken.map(([ahead]) => dayFrom(dayNumber(from) + ahead))
    const exdate = except.map((day, index) => (taken[index]?.[1] ? day.replaceAll('-', '') : day)).join(',')
    return {
      first: from,
      last: length === null ? null : dayFrom(dayNumber(from) + length),
      rule: repeated,
      except,
      weekend: off,
      ...written(repeated, exdate),
    }
  })
}

function written(rule: Rule, exdate: string): { type: number; spec: string } {
  switch (rule.kind) {
    case 'weekdays':
      return { type: 3, ...every(rule.weekdays.map((day) => day + 1).join(','), '6', exdate) }
    case 'nth':
      return {
        type: 2,
        ...nthWeekday(String(rule.nth), String(rule.weekday), String(rule.step), rule.flag ? '1' : '', exdate),
      }
    default:
      return { type: 1, ...every(String(rule.step), FREQ_TYPES[rule.kind], exdate) }
  }
}

function walk({ first, last, rule, except, weekend }: Series, from: Day, until: Day): Day[] {
  const found: Day[] = []
  const takesPlace = memberOf(rule, first, weekend, until)
  for (const at = new Date(first); isoDay(at) < until; at.setUTCDate(at.getUTCDate() + 1)) {
    const date = isoDay(at)
    if (takesPlace(at, date) && date >= from && (last === null || date <= last) && !except.includes(date))
      found.push(date)
  }
  return found
}

function isoDay(at: Date): Day {
  return at.toISOString().slice(0, 10)
}

/** Asked of each day in turn, beginning with the first. */
function memberOf(rule: Rule, first: Day, weekend: ReadonlySet<number>, until: Day): (at: Date, date: Day) => boolean {
  let sinceLast = 0
  switch (rule.kind) {
    case 'days':
    case 'weeks':
      return (_at, date) => {
        const due = date === first || sinceLast === rule.step * (rule.kind === 'weeks' ? 7 : 1)
        sinceLast = due ? 1 : sinceLast + 1
        return due
      }
    case 'work days':
      return (at, date) => {
        if (date === first) return true
        if (weekend.has(at.getUTCDay())) return false
        sinceLast += 1
        if (sinceLast < rule.step) return false
        sinceLast = 0
        return true
      }
    case 'months':
    case 'years': {
      const stepped = new Set(steppedMonths(first, rule.kind === 'years' ? rule.step * 12 : rule.step, until))
      return (_at, date) => stepped.has(date)
    }
    case 'weekdays':
      return (at, date) => date === first || rule.weekdays.includes(at.getUTCDay())
    case 'nth': {
      const start = rule.flag ? `${first.slice(0, 7)}-01` : first
      const months = new Set(steppedMonths(start, rule.step, until).map((date) => date.slice(0, 7)))
      return (at, date) => at.getUTCDay() === rule.weekday && months.has(date.slice(0, 7)) && isNth(date, rule.nth)
    }
  }
}

/** The day of the month counted off from the 1st of the month meant, beyond its end if need be. */
function steppedMonths(first: Day, step: number, until: Day): Day[] {
  const found = [first]
  for (let date = first; date < until; found.push(date)) {
    const past = DateTime.fromISO(date, { zone: 'utc' })
    date = past
      .set({ day: 1 })
      .plus({ months: step })
      .plus({ days: past.day - 1 })
      .toFormat('yyyy-MM-dd')
  }
  return found
}

function isNth(date: Day, nth: number): boolean {
  const day = DateTime.fromISO(date, { zone: 'utc' })
  return nth === 5 ? day.plus({ days: 7 }).month !== day.month : Math.ceil(day.day / 7) === nth
}
