/** What help there is, for somebody whose answers say that they may need it now. */
import type { Form, Answers } from '../../../access/questionnaires/model.js'
import { urgentAsked } from '../../../access/questionnaires/scoring.js'
import type { RecordContext } from '../../../web/routes.js'

/** View: /forms/answering/help. */
export interface HelpNow {
  title: string
  lines: string[]
  /** Path of the first question whose answer calls for it, '' where that is not told. */
  near: string
}

/** Undefined: no answer calls for it. */
export function helpNow(context: RecordContext, form: Form, answers: Answers): HelpNow | undefined {
  const [first] = urgentAsked(form, answers)
  return first && { ...helpText(context), near: first.path }
}

export function helpText({ portal, t }: RecordContext): HelpNow {
  const { emergencyPhone, crisisPhone } = portal.settings()
  const { phone } = portal.practice()
  return {
    title: t('forms.help.title'),
    near: '',
    lines: [
      ...(emergencyPhone === '' ? [] : [t('forms.help.danger', { phone: emergencyPhone })]),
      ...(crisisPhone === '' ? [] : [t('forms.help.crisis', { phone: crisisPhone })]),
      t(phone === '' ? 'forms.help.practice' : 'forms.help.practiceAt', { phone }),
      t('forms.help.notRead'),
    ],
  }
}
