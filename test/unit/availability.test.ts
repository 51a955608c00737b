import { expect } from 'chai'
import fc from 'fast-check'
import { closedDays, freeTimes, isFree, nearest } from '../../module/features/appointments/availability.js'
import type { Availability, FreeTime } from '../../module/features/appointments/availability.js'
import { minuteOfDay, timeOfDay } from '../../module/host/schedule.js'
import type { ScheduleEvent } from '../../module/host/schedule.js'
import { dayAfter, modelClosedDays, modelFreedom, modelFreeTimes } from '../support/availabilityModel.js'

const OFFICE_VISIT = 5
const NEW_PATIENT = 10
const WEDNESDAY = '2026-03-04'

describe("a provider's free times", () => {
  describe('lie between In Office and Out Of Office', () => {
    it('from the first slot to the last that ends in time', () => {
      expect(offered({ events: [at('09:00', 'in'), at('10:00', 'out')] })).to.deep.equal([
        '09:00',
        '09:15',
        '09:30',
        '09:45',
      ])
    })

    it('and there are none without an In Office', () => {
      expect(offered({ events: [] })).to.deep.equal([])
      expect(offered({ events: [at('17:00', 'out')] })).to.deep.equal([])
    })

    it('and run to midnight without an Out Of Office', () => {
      expect(offered({ events: [at('23:00', 'in')] })).to.deep.equal(['23:00', '23:15', '23:30', '23:45'])
    })

    it('and begin anew each day', () => {
      const times = freeTimes(
        practice({ events: [at('23:30', 'in')], days: { from: WEDNESDAY, until: dayAfter(WEDNESDAY, 2) } }),
      )
      expect(times.map(shown)).to.deep.equal([`${WEDNESDAY} 23:30`, `${WEDNESDAY} 23:45`])
    })

    it('twice a day, if there are two', () => {
      const events = [at('09:00', 'in'), at('09:30', 'out'), at('14:00', 'in'), at('14:30', 'out')]
      expect(offered({ events })).to.deep.equal(['09:00', '09:15', '14:00', '14:15'])
    })

    it('in whatever order the rows come', () => {
      const events = [at('14:30', 'out'), at('14:00', 'in'), at('09:30', 'out'), at('09:00', 'in')]
      expect(offered({ events })).to.deep.equal(['09:00', '09:15', '14:00', '14:15'])
    })

    it('and Out Of Office wins at the same minute', () => {
      expect(offered({ events: [at('09:00', 'in'), at('09:00', 'out')] })).to.deep.equal([])
      const events = [at('09:00', 'in'), at('09:30', 'out'), at('09:30', 'in'), at('10:00', 'in'), at('10:15', 'out')]
      expect(offered({ events })).to.deep.equal(['09:00', '09:15', '10:00'])
    })

    it('and a second In Office changes nothing', () => {
      const events = [at('09:00', 'in'), at('09:20', 'in'), at('10:00', 'out')]
      expect(offered({ events })).to.deep.equal(['09:00', '09:15', '09:30', '09:45'])
    })

    it('but not when either was cancelled', () => {
      expect(offered({ events: [cancelled(at('09:00', 'in')), at('10:00', 'out')] })).to.deep.equal([])
      expect(offered({ events: [at('23:30', 'in'), cancelled(at('23:45', 'out'))] })).to.deep.equal(['23:30', '23:45'])
    })

    it('and not at all on a day that is Out Of Office as a whole', () => {
      expect(offered({ events: [at('09:00', 'in'), at('10:00', 'out'), { ...at('00:00', 'out'), allDay: true }] })).to
        .be.empty
    })
  })

  describe('are kept for a category', () => {
    const events = [kept(at('09:00', 'in'), NEW_PATIENT), at('10:00', 'in'), at('10:30', 'out')]

    it('that is requested', () => {
      expect(offered({ events, category: NEW_PATIENT })).to.have.length(6)
    })

    it('or else are out of office', () => {
      expect(offered({ events })).to.deep.equal(['10:00', '10:15'])
      expect(offered({ events: [at('09:00', 'in'), kept(at('09:30', 'in'), NEW_PATIENT)] })).to.deep.equal([
        '09:00',
        '09:15',
      ])
    })
  })

  describe('are taken by', () => {
    const morning = [at('09:00', 'in'), at('10:30', 'out')]

    it('a visit, for exactly as long as it lasts', () => {
      expect(offered({ events: [...morning, busy('09:15', 30)] })).to.deep.equal(['09:00', '09:45', '10:00', '10:15'])
    })

    it('a visit off the grid, with every slot that it touches', () => {
      expect(offered({ events: [...morning, busy('09:20', 11)] })).to.deep.equal(['09:00', '09:45', '10:00', '10:15'])
    })

    it('a visit without duration, for one interval', () => {
      expect(offered({ events: [...morning, busy('09:15', 0)] })).to.deep.equal([
        '09:00',
        '09:30',
        '09:45',
        '10:00',
        '10:15',
      ])
    })

    it('an event of all day', () => {
      expect(offered({ events: [...morning, { ...busy('00:00', 0), allDay: true }] })).to.deep.equal([])
    })

    it('an event of the evening before that runs past midnight', () => {
      const night = { ...busy('23:00', 630), day: dayAfter(WEDNESDAY, -1) }
      expect(offered({ events: [...morning, night] })).to.deep.equal(['09:30', '09:45', '10:00', '10:15'])
    })

    it('an event of days before that lasts for days', () => {
      const conference = { ...busy('09:00', 3 * 24 * 60), day: dayAfter(WEDNESDAY, -2) }
      expect(offered({ events: [...morning, conference] })).to.deep.equal([])
      expect(offered({ events: [...morning, { ...conference, duration: 2 * 24 * 60 + 60 }] })).to.deep.equal([
        '10:00',
        '10:15',
      ])
    })

    it('a vacation of several days in one row, whatever its hour', () => {
      const vacation = (duration: number) => ({
        ...busy('00:00', duration),
        allDay: true,
        day: dayAfter(WEDNESDAY, -2),
      })
      expect(offered({ events: [...morning, vacation(3 * 1440)] })).to.deep.equal([])
      expect(offered({ events: [...morning, vacation(2 * 1440 + 1)] })).to.deep.equal([])
      expect(offered({ events: [...morning, vacation(2 * 1440)] })).to.have.length(6)
      expect(offered({ events: [...morning, { ...vacation(3 * 1440), kind: 'out' }] })).to.deep.equal([])
      expect(offered({ events: [...morning, { ...vacation(2 * 1440), kind: 'out' }] })).to.have.length(6)
    })

    it('but not by what was cancelled', () => {
      expect(offered({ events: [...morning, cancelled(busy('09:00', 90))] })).to.have.length(6)
    })
  })

  describe('fit the visit', () => {
    const morning = [at('09:00', 'in'), at('10:30', 'out')]

    it('in whole slots, one after the other', () => {
      expect(offered({ events: morning, duration: 30 })).to.deep.equal(['09:00', '09:30', '10:00'])
      expect(offered({ events: morning, duration: 20 })).to.deep.equal(['09:00', '09:30', '10:00'])
    })

    it('in one slot when it has no duration', () => {
      expect(offered({ events: morning, duration: 0 })).to.have.length(6)
    })

    it('from the next slot on after something else', () => {
      expect(offered({ events: [...morning, busy('09:00', 15)], duration: 30 })).to.deep.equal(['09:15', '09:45'])
    })

    it('not where office hours are too short', () => {
      expect(offered({ events: morning, duration: 105 })).to.deep.equal([])
    })

    it('never past midnight', () => {
      const nights = [at('23:00', 'in'), { ...at('00:00', 'in'), day: dayAfter(WEDNESDAY, 1) }]
      expect(offered({ events: nights, duration: 45 })).to.deep.equal(['23:00'])
    })

    it('on the grid of the wall clock, whatever the office hours', () => {
      expect(offered({ events: [at('09:07', 'in'), at('10:07', 'out')] })).to.deep.equal(['09:15', '09:30', '09:45'])
      expect(offered({ events: [at('09:07', 'in'), at('11:30', 'out')], interval: 60, duration: 60 })).to.deep.equal([
        '10:00',
      ])
      // 5 h 45 min ahead of UTC: the host's slots, cut from UTC, would begin at a quarter to.
      const kathmandu = { zone: 'Asia/Kathmandu', interval: 60, duration: 60 }
      expect(offered({ events: [at('09:00', 'in'), at('11:00', 'out')], ...kathmandu })).to.deep.equal([
        '09:00',
        '10:00',
      ])
    })

    it('and not before the earliest', () => {
      expect(offered({ events: morning, earliest: `${WEDNESDAY} 10:00:00` })).to.deep.equal(['10:00', '10:15'])
      expect(offered({ events: morning, earliest: `${WEDNESDAY} 10:00:01` })).to.deep.equal(['10:15'])
      expect(offered({ events: morning, earliest: '2026-03-05 00:00:00' })).to.deep.equal([])
    })
  })

  describe('when the clocks change', () => {
    const night = (zone: string, day: string, duration = 30): string[] => {
      const events = [at('00:00', 'in'), at('04:00', 'out')].map((event) => ({ ...event, day }))
      const times = freeTimes(
        practice({ zone, interval: 30, duration, events, days: { from: day, until: dayAfter(day, 1) } }),
      )
      return times.map((time) => timeOfDay(time.minute))
    }
    const all = ['00:00', '00:30', '01:00', '01:30', '02:00', '02:30', '03:00', '03:30']

    it('leave out the hour that does not exist', () => {
      const withoutTwo = all.filter((time) => !time.startsWith('02'))
      expect(night('America/New_York', '2026-03-08')).to.deep.equal(withoutTwo)
      expect(night('Europe/Madrid', '2026-03-29')).to.deep.equal(withoutTwo)
    })

    it('and visits that would run into it', () => {
      expect(night('America/New_York', '2026-03-08', 60)).to.deep.equal(['00:00', '01:00', '03:00'])
      expect(night('America/New_York', '2026-03-08', 90)).to.deep.equal(['00:00'])
    })

    it('offer the hour that comes twice once', () => {
      expect(night('America/New_York', '2026-11-01')).to.deep.equal(all)
      expect(night('Europe/Madrid', '2026-10-25')).to.deep.equal(all)
    })

    it('change nothing on the days beside them or where they do not change', () => {
      expect(night('America/New_York', '2026-03-07')).to.deep.equal(all)
      expect(night('America/New_York', '2026-03-09')).to.deep.equal(all)
      expect(night('Asia/Kathmandu', '2026-03-08')).to.deep.equal(all)
      expect(night('UTC', '2026-03-08')).to.deep.equal(all)
    })

    it('even at midnight, or by half an hour', () => {
      expect(night('Asia/Beirut', '2026-03-29')).to.deep.equal(all.slice(2))
      expect(night('Australia/Lord_Howe', '2026-10-04')).to.deep.equal(all.filter((time) => time !== '02:00'))
    })
  })
})

describe('whether a time is free', () => {
  const events = [at('09:00', 'in'), at('12:00', 'out'), busy('10:00', 30)]
  const input = practice({ events, duration: 30, earliest: `${WEDNESDAY} 09:10:00` })
  const answer = (time: string, day = WEDNESDAY): string => isFree(input, day, minuteOfDay(time) ?? NaN)

  it('says free, between the times that the list would show too', () => {
    expect(freeTimes(input).map(shown)).to.include(`${WEDNESDAY} 09:15`).and.not.include(`${WEDNESDAY} 09:30`)
    expect(answer('09:15')).to.equal('free')
    expect(answer('09:30')).to.equal('free')
    expect(answer('10:30')).to.equal('free')
    expect(answer('11:30')).to.equal('free')
  })

  it('says off-grid', () => {
    expect(answer('09:20')).to.equal('off-grid')
    for (const minute of [NaN, -15, 24 * 60, 570.5, Infinity]) {
      expect(isFree(input, WEDNESDAY, minute), String(minute)).to.equal('off-grid')
    }
  })

  it('says past', () => {
    expect(answer('09:00')).to.equal('past')
    expect(answer('11:00', '2026-03-03')).to.equal('past')
  })

  it('says outside-schedule', () => {
    expect(answer('11:45')).to.equal('outside-schedule')
    expect(answer('13:00')).to.equal('outside-schedule')
    expect(answer('11:00', '2026-03-05')).to.equal('outside-schedule')
    expect(answer('11:00', 'someday')).to.equal('outside-schedule')
  })

  it('says taken', () => {
    expect(answer('09:45')).to.equal('taken')
    expect(answer('10:00')).to.equal('taken')
    expect(answer('10:15')).to.equal('taken')
  })
})

describe('the days on which the practice is closed', () => {
  const hours = [at('09:00', 'in'), at('12:00', 'out')]
  const closing = (event: ScheduleEvent, title: string): ScheduleEvent => ({
    ...event,
    what: { constant: 'closed', title, clinic: true },
  })
  const closed = (events: ScheduleEvent[]) => closedDays(practice({ events }))

  it('are those whose office hours it takes whole, by one event or by several', () => {
    const all = { day: WEDNESDAY, titles: ['Thanksgiving'] }
    expect(closed([...hours, closing({ ...busy('00:00', 1440), allDay: true }, 'Thanksgiving')])).to.deep.equal([all])
    expect(closed([...hours, closing(busy('08:00', 240), 'Thanksgiving')])).to.deep.equal([all])
    expect(
      closed([...hours, closing(busy('08:00', 120), 'Flood'), closing(busy('10:00', 120), 'Storm')]),
    ).to.deep.equal([{ day: WEDNESDAY, titles: ['Flood', 'Storm'] }])
  })

  it('not those it takes in part, or of which it has cancelled that, or on which nobody would be in', () => {
    expect(closed([...hours, closing(busy('08:00', 239), 'Half a day')])).to.deep.equal([])
    expect(closed([...hours, cancelled(closing(busy('08:00', 240), 'Storm'))])).to.deep.equal([])
    expect(closed([closing({ ...busy('00:00', 1440), allDay: true }, 'Thanksgiving')])).to.deep.equal([])
  })

  it('nor those that a provider is away, or that others have taken', () => {
    const own = { constant: 'vacation', title: 'Vacation', clinic: false }
    expect(closed([...hours, { ...busy('00:00', 1440), allDay: true, what: own }])).to.deep.equal([])
    expect(closed([...hours, busy('09:00', 180)])).to.deep.equal([])
  })
})

describe('the nearest free times', () => {
  const free = ['2026-03-04 09:00', '2026-03-04 11:00', '2026-03-05 10:00', '2026-03-06 10:00'].map(timeOf)

  it('come nearest first, and of two equally near the earlier', () => {
    expect(nearest(free, timeOf('2026-03-04 10:00'), 3).map(shown)).to.deep.equal([
      '2026-03-04 09:00',
      '2026-03-04 11:00',
      '2026-03-05 10:00',
    ])
    expect(nearest(free, timeOf('2026-03-05 12:00'), 1).map(shown)).to.deep.equal(['2026-03-05 10:00'])
  })

  it('are no more than there are, and leave the list as it was', () => {
    expect(nearest(free, timeOf('2026-03-06 10:00'), 9)).to.have.length(4)
    expect(free.map(shown)[0]).to.equal('2026-03-04 09:00')
    expect(nearest([], timeOf('2026-03-06 10:00'), 3)).to.deep.equal([])
  })
})

describe('for any calendar', () => {
  it('the free times are those of the model that looks at every minute', () => {
    let offering = 0
    let closing = 0
    const freedoms = new Set<string>()
    fc.assert(
      fc.property(calendar(), fc.array(fc.tuple(fc.nat(4), minuteAsked()), { maxLength: 8 }), (input, asked) => {
        const times = freeTimes(input)
        expect(times).to.deep.equal(modelFreeTimes(input))
        for (const { day, minute } of times.slice(0, 5)) expect(isFree(input, day, minute)).to.equal('free')
        for (const [ahead, minute] of asked) {
          const day = dayAfter(input.days.from, ahead - 1)
          const freedom = isFree(input, day, minute)
          expect(freedom).to.equal(modelFreedom(input, day, minute))
          freedoms.add(freedom)
        }
        if (times.length > 0) offering += 1
        const closed = closedDays(input)
        expect(closed.map(({ day }) => day)).to.deep.equal(modelClosedDays(input))
        if (closed.length > 0) closing += 1
      }),
      { numRuns: 1200 },
    )
    // Otherwise there was little to compare.
    expect(offering).to.be.greaterThan(400)
    expect(closing).to.be.greaterThan(40)
    expect([...freedoms].sort()).to.deep.equal(['free', 'off-grid', 'outside-schedule', 'past', 'taken'])
  }).timeout(60_000)
})

/** Most often a start on the grid of an hour or a quarter, which most grids have. */
function minuteAsked(): fc.Arbitrary<number> {
  const minute = fc.integer({ min: 0, max: 1500 })
  return fc.oneof(minute, ...[5, 15, 60].map((grid) => minute.map((any) => any - (any % grid))))
}

const CHANGES: Record<string, string[]> = {
  'America/New_York': ['2026-03-08', '2026-11-01'],
  'Europe/Madrid': ['2026-03-29', '2026-10-25'],
  'Asia/Kathmandu': ['2026-03-08', '2026-10-25'],
}

/** A few days, often around a change of the clocks, with a schedule that is mostly sensible and events that need not be. */
function calendar(): fc.Arbitrary<Availability> {
  return fc
    .record({
      zone: fc.constantFrom(...Object.keys(CHANGES)),
      change: fc.nat(1),
      lead: fc.integer({ min: -2, max: 0 }),
      length: fc.integer({ min: 1, max: 4 }),
      interval: fc.oneof(fc.constantFrom(5, 10, 15, 20, 30, 60), fc.integer({ min: 5, max: 60 })),
      duration: fc.oneof(fc.constantFrom(15, 30, 60), fc.integer({ min: 0, max: 200 })),
      category: fc.constantFrom(OFFICE_VISIT, NEW_PATIENT),
      hours: fc.option(fc.tuple(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 900 }))),
      past: fc.option(fc.integer({ min: -600, max: 3000 })),
    })
    .chain(({ zone, change, lead, length, interval, duration, category, hours, past }) => {
      const from = dayAfter(CHANGES[zone]?.[change] ?? '', lead)
      const regular = hours ? regularHours(from, length, ...hours) : []
      const earliest = `${dayAfter(from, Math.floor((past ?? -1440) / 1440))} ${timeOfDay((((past ?? 0) % 1440) + 1440) % 1440)}:00`
      return fc.array(event(from, length), { maxLength: 10 }).map((events) => ({
        zone,
        interval,
        duration,
        category,
        earliest,
        days: { from, until: dayAfter(from, length) },
        events: [...events, ...regular],
      }))
    })
}

function regularHours(from: string, length: number, opening: number, minutes: number): ScheduleEvent[] {
  return Array.from({ length }, (_, index) => {
    const day = dayAfter(from, index)
    return [
      { ...at(timeOfDay(opening), 'in'), day },
      { ...at(timeOfDay(Math.min(1439, opening + minutes)), 'out'), day },
    ]
  }).flat()
}

function event(from: string, length: number): fc.Arbitrary<ScheduleEvent> {
  const minute = fc.integer({ min: 0, max: 1439 })
  return fc.record({
    kind: fc.constantFrom('busy', 'busy', 'busy', 'in', 'out'),
    day: fc.integer({ min: -2, max: length }).map((ahead) => dayAfter(from, ahead)),
    start: fc.oneof(
      minute,
      minute.map((any) => any - (any % 30)),
    ),
    duration: fc.oneof(
      fc.constantFrom(0, 15, 30, 60, 1440),
      fc.integer({ min: 0, max: 240 }),
      fc.integer({ min: 0, max: 3000 }),
    ),
    allDay: fc.nat(9).map((any) => any === 0),
    preferredCategory: fc.constantFrom(0, 0, OFFICE_VISIT, NEW_PATIENT),
    cancelled: fc.nat(4).map((any) => any === 0),
    what: fc.constantFrom(
      { constant: 'holidays', title: 'Thanksgiving', clinic: true },
      { constant: 'vacation', title: 'Vacation', clinic: false },
    ),
  })
}

function practice(input: Partial<Availability>): Availability {
  return {
    zone: 'America/New_York',
    interval: 15,
    duration: 15,
    category: OFFICE_VISIT,
    earliest: '2026-01-01 00:00:00',
    days: { from: WEDNESDAY, until: dayAfter(WEDNESDAY, 1) },
    events: [],
    ...input,
  }
}

function offered(input: Partial<Availability>): string[] {
  return freeTimes(practice(input)).map((time) => timeOfDay(time.minute))
}

function shown({ day, minute }: FreeTime): string {
  return `${day} ${timeOfDay(minute)}`
}

function timeOf(text: string): FreeTime {
  const [day = '', time = ''] = text.split(' ')
  return { day, minute: minuteOfDay(time) ?? NaN }
}

function at(time: string, kind: ScheduleEvent['kind']): ScheduleEvent {
  const start = minuteOfDay(time) ?? NaN
  return { kind, day: WEDNESDAY, start, duration: 0, allDay: false, preferredCategory: 0, cancelled: false }
}

function busy(time: string, duration: number): ScheduleEvent {
  return { ...at(time, 'busy'), duration }
}

function kept(event: ScheduleEvent, preferredCategory: number): ScheduleEvent {
  return { ...event, preferredCategory }
}

function cancelled(event: ScheduleEvent): ScheduleEvent {
  return { ...event, cancelled: true }
}
