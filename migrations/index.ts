import { moduleTables } from './0001-module.js'
import { accessTables } from './0002-access.js'
import { appointmentIndexes, appointmentTables } from './0003-appointments.js'
import { auditChain } from './0004-audit.js'
import { jobsAndOutbox } from './0005-jobs.js'
import { accessHistory } from './0006-access.js'
import { appointmentDepth } from './0007-appointments-depth.js'
import { accountsDepth } from './0008-accounts.js'
import { staffCredentials } from './0009-credentials.js'
import { codes } from './0010-codes.js'
import { families } from './0011-families.js'
import { registrations } from './0012-registrations.js'
import { secondFactors } from './0013-second-factors.js'
import { safety } from './0014-safety.js'
import { publicBooking } from './0015-public-booking.js'
import { storedFiles } from './0016-files.js'
import { submissions } from './0017-submissions.js'
import { templates } from './0018-templates.js'
import { filling } from './0019-filling.js'
import { chartDocuments } from './0020-chart-documents.js'
import { forms } from './0021-forms.js'
import { profileChanges } from './0022-profile-changes.js'
import { formReviews } from './0023-form-reviews.js'
import { familyBars } from './0024-family-bars.js'
import { overlapLooks } from './0025-overlaps.js'
import { sentContents } from './0026-sent-contents.js'
import { urgentAnswers } from './0027-urgent-answers.js'
import { returnedUploads } from './0032-returned-uploads.js'
import { appointmentOffers } from './0033-appointment-offers.js'
import { auditRecord } from './0034-audit-record.js'
import { failedFilings } from './0035-failed-filings.js'
import { firstDays } from './0036-first-days.js'
import { keptAnswers } from './0037-kept-answers.js'
import { firstHashes } from './0038-first-hashes.js'
import { limitedTries } from './0039-limited-tries.js'
import { hostTexts } from './0040-host-texts.js'
import { documentRounds } from './0041-document-rounds.js'
import { codeBars } from './0042-code-bars.js'
import { formReturns } from './0043-form-returns.js'
import { chartHomes } from './0044-chart-homes.js'
import type { Step } from './step.js'

export type { Step }

/** Every step, in the order in which it runs. Going back runs them the other way round. */
export const migrations: readonly Step[] = [
  ...moduleTables,
  ...accessTables,
  ...appointmentTables,
  ...appointmentIndexes,
  ...auditChain,
  ...jobsAndOutbox,
  ...accessHistory,
  ...appointmentDepth,
  ...accountsDepth,
  ...staffCredentials,
  ...codes,
  ...families,
  ...registrations,
  ...secondFactors,
  ...safety,
  ...publicBooking,
  ...storedFiles,
  ...submissions,
  ...templates,
  ...filling,
  ...chartDocuments,
  ...forms,
  ...profileChanges,
  ...formReviews,
  ...familyBars,
  ...overlapLooks,
  ...sentContents,
  ...urgentAnswers,
  ...returnedUploads,
  ...appointmentOffers,
  ...auditRecord,
  ...failedFilings,
  ...firstDays,
  ...keptAnswers,
  ...firstHashes,
  ...limitedTries,
  ...hostTexts,
  ...documentRounds,
  ...codeBars,
  ...formReturns,
  ...chartHomes,
]
