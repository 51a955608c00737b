/** What a template may hold, for who writes one: each directive, and in words what it does. */
import type { StaffContext } from '../../../web/routes.js'

const groups = {
  chart: [
    ...['{PatientName}', '{PatientDOB}', '{PatientSex}', '{PatientID}', '{Address}', '{City}', '{State}', '{Zip}'],
    ...[
      '{PatientPhone}',
      '{DOS}',
      '{ChiefComplaint}',
      '{ReferringDOC}',
      '{Allergies}',
      '{Medications}',
      '{ProblemList}',
    ],
    ...[
      '{DEM:email}',
      '{HIS:tobacco}',
      '{LBFname:field}',
      '{CurrentDate:global}',
      '{GRP}{/GRP}',
      '{ITEMSEP}, {/ITEMSEP}',
    ],
  ],
  answers: [
    ...['{TextInput}', '{smTextInput}', '{sizedTextInput:40}', '{TextBox}', '{TextBox:05x080}', '{DatePicker}'],
    ...['{StandardDatePicker}', '{DateTimePicker}', '{CheckMark}', '{ynRadioGroup}', '{TrueFalseRadioGroup}'],
    ...['{RadioGroup:One_Two_Three}', '{RadioGroupInline:One_Two_Three}'],
  ],
  signatures: ['{PatientSignature}', '{WitnessSignature}', '{AdminSignature}', '{SignaturesRequired}'],
  inside: [
    '{Questionnaire:name}',
    '{EncounterForm:name}',
    '{AcknowledgePdf:1:Title}',
    '{ParseAsHTML}',
    '{ParseAsText}',
  ],
} as const

/** `templates.directive.TextInput`, … say what each does. */
export function directiveHelp({ t }: Pick<StaffContext, 't'>) {
  return Object.entries(groups).map(([key, directives]) => ({
    key,
    title: t(`templates.directives.${key}`),
    directives: directives.map((directive) => ({
      directive,
      text: t(`templates.directive.${/^\{(\w+)/.exec(directive)?.[1] ?? ''}`),
    })),
  }))
}
