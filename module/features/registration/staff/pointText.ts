/** A point of a candidate, in words: what was said, what the chart says, and what it is worth. */
import { writeDay } from '../../../web/times.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Point } from '../../../access/matching/matching.js'

export function pointView(context: StaffContext, point: Point) {
  const { t } = context
  return {
    field: t(`registrations.field.${point.field}`),
    theirs: valueText(context, point, point.theirs),
    ours: valueText(context, point, point.ours),
    points: point.points > 0 ? `+${String(point.points)}` : String(point.points),
    tone: point.points > 0 ? 'success' : point.points < 0 ? 'danger' : 'neutral',
    icon: point.points > 0 ? 'check-circle' : point.points < 0 ? 'x-circle' : 'question-circle',
    words: t(`registrations.how.${point.field === 'swapped' || point.field === 'sibling' ? point.field : point.how}`),
  }
}

function valueText({ language, t }: StaffContext, { field }: Point, value: string): string {
  if (value === '') return t('registrations.nothing')
  if (field === 'born') return writeDay(value, language)
  return field === 'sex' ? t(`registration.sex.${value}`) : value
}
