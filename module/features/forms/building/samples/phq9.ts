/**
 * Patient Health Questionnaire-9, wording of its authors (Spitzer, Williams, Kroenke and others; no permission required to
 * reproduce, translate, display or distribute). 0 to 27; any answer to the ninth but the first is for somebody to read today.
 */
import type { Questionnaire } from 'fhir/r4.js'
import { extensions } from '../../../../access/questionnaires/fhirValues.js'
import { band, howDifficult, howOften, sumOf, type Asked } from './scored.js'
import { described, item, LOINC, titled } from './texts.js'

const asked: readonly Asked[] = [
  {
    linkId: 'phq9.1',
    loinc: '44250-9',
    text: ['Little interest or pleasure in doing things', 'Poco interés o placer en hacer cosas'],
  },
  {
    linkId: 'phq9.2',
    loinc: '44255-8',
    text: ['Feeling down, depressed, or hopeless', 'Se ha sentido decaído(a), deprimido(a) o sin esperanzas'],
  },
  {
    linkId: 'phq9.3',
    loinc: '44259-0',
    text: [
      'Trouble falling or staying asleep, or sleeping too much',
      'Ha tenido dificultad para quedarse o permanecer dormido(a), o ha dormido demasiado',
    ],
  },
  {
    linkId: 'phq9.4',
    loinc: '44254-1',
    text: ['Feeling tired or having little energy', 'Se ha sentido cansado(a) o con poca energía'],
  },
  { linkId: 'phq9.5', loinc: '44251-7', text: ['Poor appetite or overeating', 'Sin apetito o ha comido en exceso'] },
  {
    linkId: 'phq9.6',
    loinc: '44258-2',
    text: [
      'Feeling bad about yourself, or that you are a failure or have let yourself or your family down',
      'Se ha sentido mal con usted mismo(a), o que es un fracaso o que ha quedado mal con usted mismo(a) o con su familia',
    ],
  },
  {
    linkId: 'phq9.7',
    loinc: '44252-5',
    text: [
      'Trouble concentrating on things, such as reading the newspaper or watching television',
      'Ha tenido dificultad para concentrarse en ciertas actividades, tales como leer el periódico o ver la televisión',
    ],
  },
  {
    linkId: 'phq9.8',
    loinc: '44253-3',
    text: [
      'Moving or speaking so slowly that other people could have noticed? Or the opposite: being so fidgety or restless that you have been moving around a lot more than usual',
      '¿Se ha movido o hablado tan lento que otras personas podrían haberlo notado? O lo contrario: muy inquieto(a) o agitado(a), que ha estado moviéndose mucho más de lo normal',
    ],
  },
  {
    linkId: 'phq9.9',
    more: { extension: [{ url: extensions.urgent, valueDecimal: 1 }] },
    loinc: '44260-8',
    text: [
      'Thoughts that you would be better off dead, or of hurting yourself in some way',
      'Pensamientos de que estaría mejor muerto(a) o de lastimarse de alguna manera',
    ],
  },
]

export const phq9: Questionnaire = {
  resourceType: 'Questionnaire',
  id: 'foyer-phq-9',
  url: 'urn:foyer:questionnaire:phq-9',
  name: 'PHQ9',
  ...titled(['How you have been (PHQ-9)', 'Cómo ha estado (PHQ-9)']),
  ...described([
    'Nine questions about the last two weeks. It takes about three minutes.',
    'Nueve preguntas sobre las últimas dos semanas. Toma unos tres minutos.',
  ]),
  status: 'active',
  language: 'en',
  subjectType: ['Patient'],
  extension: [
    band(0, ['Minimal', 'Mínima'], 'none'),
    band(5, ['Mild', 'Leve'], 'none'),
    band(10, ['Moderate', 'Moderada'], 'look'),
    band(15, ['Moderately severe', 'Moderadamente grave'], 'look'),
    band(20, ['Severe', 'Grave'], 'look'),
  ],
  code: [{ system: LOINC, code: '44249-1', display: 'PHQ-9 quick depression assessment panel' }],
  item: [
    item(
      'phq9',
      'group',
      [
        'Over the last 2 weeks, how often have you been bothered by any of the following problems?',
        'Durante las últimas 2 semanas, ¿con qué frecuencia le han molestado los siguientes problemas?',
      ],
      { item: asked.map((each) => howOften(each, ['Not at all', 'Ningún día'])) },
    ),
    howDifficult('phq9.difficulty', [
      'If you checked off any problems, how difficult have these problems made it for you to do your work, take care of things at home, or get along with other people?',
      'Si marcó cualquiera de los problemas, ¿qué tanta dificultad le han dado estos problemas para hacer su trabajo, encargarse de las tareas del hogar, o llevarse bien con otras personas?',
    ]),
    sumOf(
      'phq9.score',
      '44261-6',
      ['PHQ-9 score', 'Puntaje PHQ-9'],
      asked.map(({ linkId }) => linkId),
    ),
  ],
}
