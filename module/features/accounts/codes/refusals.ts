/** Why a patient gets no PIN or code, in words, with the way out. */
import { z } from 'zod'
import type { CodeRefusal } from '../../../access/codeIssuing.js'
import type { Link } from '../../../web/layout.js'
import { writeDayOf } from '../../../web/instant.js'
import type { StaffContext } from '../../../web/routes.js'

export interface RefusalView {
  pid: number
  text: string
  /** A place to go to. */
  link?: Link
  /** A form to post: the active one is revoked and another made. */
  reissue?: string
  /** A registration that staff may say is somebody else's, in the same form. */
  anyway?: string
  /** Whose access was revoked, of whom staff may say the same. */
  despite?: readonly string[]
}

export function refusalView(context: StaffContext, pid: number, refusal: CodeRefusal, name: string): RefusalView {
  const { may, t, url } = context
  const text = t(`codes.refused.${refusal.reason}`, { name, ...wordsOf(context, refusal) })
  switch (refusal.reason) {
    case 'open-registration':
      // Whoever may not process it tells a colleague who may.
      if (!may('registrations:process')) return { pid, text }
      return {
        pid,
        text,
        link: {
          label: t('codes.refused.approve'),
          href: url(`/staff/portal/registrations/${String(refusal.registration)}`),
        },
      }
    case 'perhaps-registered': {
      const anyway = String(refusal.registration)
      if (!may('registrations:process')) return { pid, text, anyway }
      const link = { label: t('codes.refused.look'), href: url(`/staff/portal/registrations/${anyway}`) }
      return { pid, text, link, anyway }
    }
    case 'active':
      return {
        pid,
        text,
        link: {
          label: t('codes.refused.show'),
          href: url(`/staff/portal/patients/${String(pid)}/codes/${String(refusal.code)}`),
        },
        reissue: url(`/staff/portal/patients/${String(pid)}/codes/${String(refusal.code)}/reissue`),
      }
    case 'barred':
      return {
        ...{ pid, text, despite: refusal.bars },
        link: { label: t('codes.refused.panel'), href: panelOf(pid) },
      }
    case 'otherwise-open':
    case 'not-begun':
      if (!may('grants:manage')) return { pid, text }
      return {
        pid,
        text,
        link: { label: t('codes.refused.grant'), href: `${panelOf(pid)}/grants/${String(refusal.grant)}` },
      }
    case 'no-birth-date':
    case 'of-age':
    case 'placeholder-name':
    case 'no-such-patient':
    case 'no-consent':
    case 'own-later':
      return { pid, text }
  }
  function panelOf(of: number): string {
    return url(`/staff/portal/patients/${String(of)}`)
  }
}

/** Revoked access that staff ticked as somebody else's (access/codeBars.ts `barKey`). */
export const NotBarred = z
  .union([z.string().transform((one) => [one]), z.array(z.string())])
  .optional()
  .default([])
  .transform((all) => all.slice(0, 50).filter((one) => /^[1-9]\d{0,15}\.\d{14,20}$/.test(one)))

/** Registrations that staff ticked as somebody else's, now or in the same form before. */
export const NotRegistered = z.object({
  'notBarred[]': NotBarred,
  'notRegistered[]': z
    .union([z.string().transform((one) => [one]), z.array(z.string())])
    .optional()
    .default([])
    .transform((all) => all.slice(0, 50).flatMap((one) => (/^[1-9]\d{0,15}$/.test(one) ? [Number(one)] : []))),
})

function wordsOf(context: StaffContext, refusal: CodeRefusal): Record<string, string> {
  if (refusal.reason === 'not-begun') return { day: writeDayOf(context, refusal.from) }
  return refusal.reason === 'barred' ? { who: refusal.by, why: refusal.why, day: writeDayOf(context, refusal.at) } : {}
}
