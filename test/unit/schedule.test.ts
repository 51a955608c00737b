import { expect } from 'chai'
import { phpSerialize } from '../../module/host/php/serialize.js'
import { weekendDays } from '../../module/host/recurrence.js'
import { minuteOfDay, scheduleEvents, timeOfDay } from '../../module/host/schedule.js'
import type { EventRow, ScheduleEvent } from '../../module/host/schedule.js'

describe("a provider's rows of the host's calendar", () => {
  it('become In Office, Out Of Office and busy events by their category', () => {
    const kinds = [2, 3, 5, 4, 8, 11].map((pc_catid) => expanded({ pc_catid })[0]?.kind)
    expect(kinds).to.deep.equal(['in', 'out', 'busy', 'busy', 'busy', 'busy'])
  })

  it('keep their minutes, their all day and the category they are kept for', () => {
    expect(expanded({ pc_startTime: '09:20:00', pc_duration: 1800, pc_prefcatid: 10 })).to.deep.equal([
      {
        kind: 'busy',
        day: '2026-03-04',
        start: 560,
        duration: 30,
        allDay: false,
        preferredCategory: 10,
        cancelled: false,
      } satisfies ScheduleEvent,
    ])
    expect(expanded({ pc_alldayevent: 1, pc_startTime: '00:00:00', pc_duration: 86_400 })[0]).to.include({
      allDay: true,
      start: 0,
      duration: 1440,
    })
  })

  it('say what they are where that was read along, and a holiday without a length is all day', () => {
    const holiday = { pc_catid: 6, pc_title: 'Thanksgiving', constant: 'holidays', clinic: 1 }
    expect(expanded({ ...holiday, pc_startTime: null, pc_duration: 0 })[0]).to.deep.include({
      ...{ kind: 'busy', allDay: true, start: 0 },
      what: { constant: 'holidays', title: 'Thanksgiving', clinic: true },
    })
    expect(expanded({ ...holiday, pc_startTime: '12:00:00', pc_duration: 18_000 })[0]).to.include({
      ...{ allDay: false, start: 720, duration: 300 },
    })
    expect(expanded({ clinic: 0, constant: null, pc_title: null, pc_duration: 0 })[0]).to.deep.include({
      ...{ allDay: false, what: { constant: '', title: '', clinic: false } },
    })
  })

  it('free their time when cancelled, early or late, and hold it otherwise: pending, no show, a status of one’s own', () => {
    for (const pc_apptstatus of ['x', '%']) expect(expanded({ pc_apptstatus })[0]?.cancelled).to.equal(true)
    for (const pc_apptstatus of ['^', '-', '?', '*', 'EMAIL', 'X', '']) {
      expect(expanded({ pc_apptstatus })[0]?.cancelled, pc_apptstatus).to.equal(false)
    }
  })

  it('take part minutes whole, and never less than nothing or more than a year', () => {
    const durations = [0, 1, 60, 61, -60, '900', Number.MAX_SAFE_INTEGER]
    expect(durations.map((pc_duration) => expanded({ pc_duration })[0]?.duration)).to.deep.equal([
      0,
      1,
      1,
      2,
      0,
      15,
      366 * 1440,
    ])
  })

  it('begin at midnight without a time', () => {
    for (const pc_startTime of [null, '', '25:00:00']) expect(expanded({ pc_startTime })[0]?.start).to.equal(0)
  })

  it('are expanded by their recurrence', () => {
    const pc_recurrspec = phpSerialize({ event_repeat_freq: '1', event_repeat_freq_type: '4', exdate: '20260306' })
    const series = { pc_eventDate: '2016-03-04', pc_recurrtype: 1, pc_recurrspec }
    expect(daysOf(expanded(series, '2026-03-05', '2026-03-11'))).to.include.members(['2026-03-05', '2026-03-09'])
    expect(daysOf(expanded(series, '2026-03-05', '2026-03-11'))).to.not.include('2026-03-06')
    const friday = expanded(series, '2026-03-05', '2026-03-11', weekendDays('5,6'))
    expect(daysOf(friday)).to.include('2026-03-08').and.not.include('2026-03-07')
  })

  it('reach the days asked for from those before, when they run past midnight', () => {
    const night = { pc_startTime: '23:00:00', pc_duration: 2 * 3600 }
    expect(daysOf(expanded(night, '2026-03-05', '2026-03-06'))).to.deep.equal(['2026-03-04'])
    const week = { pc_startTime: '23:00:00', pc_duration: 7 * 86_400 }
    expect(daysOf(expanded(week, '2026-03-11', '2026-03-12'))).to.deep.equal(['2026-03-04'])
    expect(daysOf(expanded(night, '2026-03-01', '2026-03-04'))).to.deep.equal([])
  })
})

describe('times of day', () => {
  it('are minutes and back', () => {
    for (let minute = 0; minute < 1440; minute += 1) expect(minuteOfDay(timeOfDay(minute))).to.equal(minute)
    expect(minuteOfDay('09:05:59')).to.equal(545)
  })

  it('are nothing else', () => {
    for (const text of ['', '24:00', '9:00', '09:60', '09:00:60', '-01:00', '09:00 ', 'noon', '838:59:59']) {
      expect(minuteOfDay(text), text).to.equal(undefined)
    }
  })
})

function expanded(
  row: Partial<EventRow>,
  from = '2026-03-04',
  until = '2026-03-05',
  weekend = weekendDays('6,0'),
): ScheduleEvent[] {
  return scheduleEvents([{ ...visit, ...row }], from, until, weekend)
}

const visit: EventRow = {
  pc_eid: 1,
  pc_catid: 5,
  pc_eventDate: '2026-03-04',
  pc_endDate: null,
  pc_startTime: '10:00:00',
  pc_duration: 900,
  pc_alldayevent: 0,
  pc_apptstatus: '-',
  pc_prefcatid: 0,
  pc_multiple: 0,
  pc_recurrtype: 0,
  pc_recurrspec: null,
}

function daysOf(events: ScheduleEvent[]): string[] {
  return events.map((event) => event.day)
}
