/**
 * Generalized Anxiety Disorder 7, wording of its authors (Spitzer, Kroenke, Williams, Löwe; no permission required to
 * reproduce, translate, display or distribute). 0 to 21.
 */
import type { Questionnaire } from 'fhir/r4.js'
import { band, howDifficult, howOften, sumOf, type Asked } from './scored.js'
import { described, item, LOINC, titled } from './texts.js'

const asked: readonly Asked[] = [
  {
    linkId: 'gad7.1',
    loinc: '69725-0',
    text: ['Feeling nervous, anxious, or on edge', 'Sentirse nervioso(a), ansioso(a) o con los nervios de punta'],
  },
  {
    linkId: 'gad7.2',
    loinc: '68509-9',
    text: [
      'Not being able to stop or control worrying',
      'No poder dejar de preocuparse o no poder controlar la preocupación',
    ],
  },
  {
    linkId: 'gad7.3',
    loinc: '69733-4',
    text: ['Worrying too much about different things', 'Preocuparse demasiado por motivos diferentes'],
  },
  { linkId: 'gad7.4', loinc: '69734-2', text: ['Trouble relaxing', 'Tener dificultad para relajarse'] },
  {
    linkId: 'gad7.5',
    loinc: '69735-9',
    text: [
      'Being so restless that it is hard to sit still',
      'Estar tan inquieto(a) que es difícil permanecer sentado(a) tranquilamente',
    ],
  },
  {
    linkId: 'gad7.6',
    loinc: '69689-8',
    text: ['Becoming easily annoyed or irritable', 'Molestarse o ponerse irritable fácilmente'],
  },
  {
    linkId: 'gad7.7',
    loinc: '69736-7',
    text: ['Feeling afraid, as if something awful might happen', 'Sentir miedo como si algo terrible pudiera pasar'],
  },
]

export const gad7: Questionnaire = {
  resourceType: 'Questionnaire',
  id: 'foyer-gad-7',
  url: 'urn:foyer:questionnaire:gad-7',
  name: 'GAD7',
  ...titled(['How you have been (GAD-7)', 'Cómo ha estado (GAD-7)']),
  ...described([
    'Seven questions about the last two weeks. It takes about two minutes.',
    'Siete preguntas sobre las últimas dos semanas. Toma unos dos minutos.',
  ]),
  status: 'active',
  language: 'en',
  subjectType: ['Patient'],
  extension: [
    band(0, ['Minimal', 'Mínima'], 'none'),
    band(5, ['Mild', 'Leve'], 'none'),
    band(10, ['Moderate', 'Moderada'], 'look'),
    band(15, ['Severe', 'Grave'], 'look'),
  ],
  code: [{ system: LOINC, code: '69737-5', display: 'Generalized anxiety disorder 7 item' }],
  item: [
    item(
      'gad7',
      'group',
      [
        'Over the last 2 weeks, how often have you been bothered by the following problems?',
        'Durante las últimas 2 semanas, ¿con qué frecuencia ha sentido molestias por los siguientes problemas?',
      ],
      { item: asked.map((each) => howOften(each, ['Not at all', 'Nunca'])) },
    ),
    howDifficult('gad7.difficulty', [
      'If you checked any problems, how difficult have they made it for you to do your work, take care of things at home, or get along with other people?',
      'Si marcó algún problema, ¿qué tanta dificultad le ha dado para hacer su trabajo, encargarse de las tareas del hogar, o llevarse bien con otras personas?',
    ]),
    sumOf(
      'gad7.score',
      '70274-6',
      ['GAD-7 score', 'Puntaje GAD-7'],
      asked.map(({ linkId }) => linkId),
    ),
  ],
}
