/** One day's meals, as many as there were. */
import type { Questionnaire } from 'fhir/r4.js'
import { described, item, option, titled, type Said } from './texts.js'

const MEALS = 'urn:foyer:meals'

function meal(code: string, text: Said) {
  return option(MEALS, code, text)
}

export const dietJournal: Questionnaire = {
  resourceType: 'Questionnaire',
  id: 'foyer-diet-journal',
  url: 'urn:foyer:questionnaire:diet-journal',
  name: 'DietJournal',
  ...titled(['Diet journal', 'Diario de comidas']),
  ...described(['What you ate and drank on one day.', 'Lo que comió y bebió en un día.']),
  status: 'active',
  language: 'en',
  subjectType: ['Patient'],
  item: [
    item('day', 'date', ['Which day is this about?', '¿De qué día se trata?'], { required: true }),
    item('meal', 'group', ['Each meal', 'Cada comida'], {
      repeats: true,
      required: true,
      item: [
        item('meal.time', 'time', ['At what time?', '¿A qué hora?']),
        item('meal.kind', 'open-choice', ['Which meal?', '¿Qué comida?'], {
          required: true,
          answerOption: [
            meal('breakfast', ['Breakfast', 'Desayuno']),
            meal('lunch', ['Lunch', 'Almuerzo']),
            meal('dinner', ['Dinner', 'Cena']),
            meal('snack', ['Snack', 'Merienda']),
          ],
        }),
        item('meal.food', 'text', ['What did you eat and drink, and how much?', '¿Qué comió y bebió, y cuánto?'], {
          required: true,
          maxLength: 1000,
        }),
      ],
    }),
    item('water', 'integer', ['How many glasses of water did you drink?', '¿Cuántos vasos de agua bebió?']),
    item('feeling', 'text', ['How did you feel?', '¿Cómo se sintió?'], { maxLength: 1000 }),
  ],
}
