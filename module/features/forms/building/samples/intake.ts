/** Before the first visit: whom to call, what was, what is taken, what is not tolerated, how one lives. */
import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import { described, item, option, titled, type Said } from './texts.js'

const ANSWERS = 'urn:foyer:answers'

function choice(code: string, text: Said) {
  return option(ANSWERS, code, text)
}

/** Asked only where the question before it was answered yes. */
function ifYes(question: string): Pick<QuestionnaireItem, 'enableWhen'> {
  return { enableWhen: [{ question, operator: '=', answerBoolean: true }] }
}

const contacts = item('contacts', 'group', ['Whom to call', 'A quién llamar'], {
  item: [
    item(
      'contacts.name',
      'string',
      ['Name of somebody to call in an emergency', 'Nombre de alguien a quien llamar en una emergencia'],
      { required: true, maxLength: 120 },
    ),
    item('contacts.relation', 'open-choice', ['What this person is to you', 'Qué es esta persona de usted'], {
      answerOption: [
        choice('partner', ['Husband, wife or partner', 'Esposo, esposa o pareja']),
        choice('parent', ['Mother or father', 'Madre o padre']),
        choice('child', ['Son or daughter', 'Hijo o hija']),
        choice('friend', ['Friend', 'Amigo o amiga']),
      ],
    }),
    item('contacts.phone', 'string', ['Telephone', 'Teléfono'], { required: true, maxLength: 40 }),
  ],
})

const history = item('history', 'group', ['Your health so far', 'Su salud hasta ahora'], {
  item: [
    item('history.conditions', 'choice', ['Have you had any of these?', '¿Ha tenido algo de esto?'], {
      repeats: true,
      answerOption: [
        choice('high-blood-pressure', ['High blood pressure', 'Presión alta']),
        choice('diabetes', ['Diabetes', 'Diabetes']),
        choice('asthma', ['Asthma', 'Asma']),
        choice('heart', ['Heart disease', 'Enfermedad del corazón']),
        choice('cancer', ['Cancer', 'Cáncer']),
        choice('depression', ['Depression or anxiety', 'Depresión o ansiedad']),
      ],
    }),
    item('history.operated', 'boolean', ['Have you ever had an operation?', '¿Le han operado alguna vez?'], {
      required: true,
    }),
    item('history.operations', 'text', ['Which operations, and when?', '¿Qué operaciones y cuándo?'], {
      ...ifYes('history.operated'),
      required: true,
      maxLength: 2000,
    }),
    item('history.last-checkup', 'date', [
      'When was your last check-up, about?',
      '¿Cuándo fue su último chequeo, más o menos?',
    ]),
  ],
})

const medicines = item('medicines', 'group', ['Medicines', 'Medicinas'], {
  item: [
    item(
      'medicines.any',
      'boolean',
      ['Do you take any medicine, also without prescription?', '¿Toma alguna medicina, también sin receta?'],
      { required: true },
    ),
    item('medicines.each', 'group', ['Each medicine', 'Cada medicina'], {
      ...ifYes('medicines.any'),
      repeats: true,
      item: [
        item('medicines.name', 'string', ['Name of the medicine', 'Nombre de la medicina'], {
          required: true,
          maxLength: 120,
        }),
        item('medicines.how', 'string', ['How much, and how often', 'Cuánto y cada cuánto'], { maxLength: 120 }),
      ],
    }),
  ],
})

const allergies = item('allergies', 'group', ['Allergies', 'Alergias'], {
  item: [
    item('allergies.any', 'boolean', ['Are you allergic to anything?', '¿Es alérgico(a) a algo?'], { required: true }),
    item('allergies.each', 'group', ['Each allergy', 'Cada alergia'], {
      ...ifYes('allergies.any'),
      repeats: true,
      item: [
        item('allergies.what', 'string', ['What to', 'A qué'], { required: true, maxLength: 120 }),
        item('allergies.reaction', 'string', ['What happens', 'Qué le pasa'], { maxLength: 255 }),
      ],
    }),
  ],
})

const habits = item('habits', 'group', ['How you live', 'Cómo vive'], {
  item: [
    item('habits.smoking', 'choice', ['Do you smoke?', '¿Fuma?'], {
      answerOption: [
        choice('never', ['No, and never did', 'No, y nunca he fumado']),
        choice('former', ['Not any more', 'Ya no']),
        choice('yes', ['Yes', 'Sí']),
      ],
    }),
    item('habits.cigarettes', 'integer', ['How many cigarettes a day?', '¿Cuántos cigarrillos al día?'], {
      enableWhen: [{ question: 'habits.smoking', operator: '=', answerCoding: { system: ANSWERS, code: 'yes' } }],
    }),
    item('habits.alcohol', 'choice', ['How often do you drink alcohol?', '¿Cada cuánto bebe alcohol?'], {
      answerOption: [
        choice('never', ['Never', 'Nunca']),
        choice('monthly', ['Monthly or less', 'Una vez al mes o menos']),
        choice('weekly', ['A few times a week or less', 'Unas veces a la semana o menos']),
        choice('daily', ['Almost every day', 'Casi todos los días']),
      ],
    }),
    item('habits.height', 'quantity', ['Your height', 'Su estatura'], { extension: [unitOf('[in_i]', 'in')] }),
    item('habits.weight', 'quantity', ['Your weight', 'Su peso'], { extension: [unitOf('[lb_av]', 'lb')] }),
    item('habits.more', 'text', ['Is there anything else that we should know?', '¿Hay algo más que debamos saber?'], {
      maxLength: 2000,
    }),
  ],
})

function unitOf(code: string, display: string) {
  return {
    url: 'http://hl7.org/fhir/StructureDefinition/questionnaire-unit',
    valueCoding: { system: 'http://unitsofmeasure.org', code, display },
  }
}

export const intake: Questionnaire = {
  resourceType: 'Questionnaire',
  id: 'foyer-intake',
  url: 'urn:foyer:questionnaire:intake',
  name: 'Intake',
  ...titled(['Before your first visit', 'Antes de su primera visita']),
  ...described([
    'Contacts, history, medicines, allergies and habits. It takes about ten minutes.',
    'Contactos, antecedentes, medicinas, alergias y hábitos. Toma unos diez minutos.',
  ]),
  status: 'active',
  language: 'en',
  subjectType: ['Patient'],
  item: [contacts, history, medicines, allergies, habits],
}
