/** When the demo's two doctors with a schedule see patients, as their calendar is to say it. */
import type { TimeOfDay, Weekday } from '../host/site/days.js'

/** Calendar categories by the host's own numbers (facts §2.2). */
export const category = {
  vacation: 4,
  officeVisit: 5,
  lunch: 8,
  established: 9,
  newPatient: 10,
  healthAssessment: 12,
  preventive: 13,
} as const

export type CategoryName = keyof typeof category

export type Scheduled = 'dr.lee' | 'dr.osei'

export interface Hours {
  weekdays: readonly Weekday[]
  from: TimeOfDay
  until: TimeOfDay
  /** The one category that these hours are kept for. */
  only?: number
}

export interface Schedule {
  hours: readonly Hours[]
  /** Within the hours. */
  lunch?: { weekdays: readonly Weekday[]; from: TimeOfDay; minutes: number }
}

export const schedules: Readonly<Record<Scheduled, Schedule>> = {
  'dr.lee': {
    hours: [
      { weekdays: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:30', until: '12:30' },
      { weekdays: ['mon', 'tue', 'wed', 'fri'], from: '13:30', until: '17:00' },
      { weekdays: ['thu'], from: '13:30', until: '17:00', only: category.newPatient },
    ],
  },
  'dr.osei': {
    hours: [
      { weekdays: ['mon', 'tue', 'wed', 'thu'], from: '10:00', until: '18:00' },
      { weekdays: ['fri'], from: '09:00', until: '14:00' },
    ],
    lunch: { weekdays: ['mon', 'tue', 'wed', 'thu'], from: '13:00', minutes: 45 },
  },
}
