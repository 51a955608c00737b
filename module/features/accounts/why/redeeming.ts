/** Why a PIN or an access code for a patient would open the record now, and why not. */
import { barKey, barsOfName, lookedBars } from '../../../access/codeBars.js'
import { grantInTheWay, type InTheWay } from '../../../access/codeGrants.js'
import { comingFrom } from '../../../access/codeJoining.js'
import { whyNot } from '../../../access/codeRedeeming.js'
import { emrFix, type Why, type WhyContext, type WhyStep } from '../../../feature.js'
import { newestCode } from '../../../host/reads/whyRecord.js'
import { writeDayOf } from '../../../web/instant.js'
import { credentialFix, stepOf } from './step.js'

/** What is still to be done after it: it keeps nobody from using the code, and it is good to know of. */
function asksFactor({ settings }: WhyContext['portal'], { relationship }: { relationship: string }): boolean {
  return settings().secondFactor === 'proxies' && relationship !== 'self'
}

export const whyRedeem: Why = {
  key: 'redeem',
  title: 'accountWhy.redeem',
  who: 'patient',
  async reasons(context, person) {
    const { portal, t, url } = context
    const pid = person.kind === 'patient' ? person.pid : 0
    const code = await newestCode(portal.db, pid)
    const looked = await lookedBars(portal.db, code?.id ?? 0)
    const bar = code && (await barsOfName(portal.db, pid, code.recipient)).find((each) => !looked.has(barKey(each)))
    const gift = code && { ...code, from: code.opens_from ?? undefined }
    const opens = gift && comingFrom(gift, portal)
    const inTheWay = gift && (await grantInTheWay(portal.db, portal, gift, gift.born))
    const wrong = code === undefined ? 'unknown' : whyNot(portal, code, code.born ?? '', bar !== undefined)
    const made = code === undefined ? {} : { until: writeDayOf(context, code.expires_at), recipient: code.recipient }
    const another = [
      {
        label: t('accountWhy.fix.pin'),
        href: url(`/staff/portal/patients/${String(pid)}/welcome`),
        permission: 'pins:issue',
      },
    ]
    const waiting = wrong !== 'unknown' && wrong !== 'used' && wrong !== 'revoked' && wrong !== 'expired'
    const state = wrong === 'used' || wrong === 'revoked' || wrong === 'expired' ? wrong : 'pin'
    return {
      verdict: wrong === undefined && inTheWay === undefined,
      steps: [
        waiting ? stepOf(context, 'pin', true, made) : { ...stepOf(context, state, false, made, another), key: 'pin' },
        ...(code === undefined ? [] : [stepOf(context, 'born', code.born !== undefined, {}, [emrFix(context)])]),
        ...(code === undefined
          ? []
          : [
              stepOf(context, 'allowed', code.open, {}, [credentialFix(context, pid, 'allow')]),
              stepOf(context, 'notBarred', bar === undefined, { recipient: code.recipient, by: bar?.revokedBy ?? '' }, [
                {
                  label: t('accountWhy.fix.openers'),
                  href: url(`/staff/portal/patients/${String(pid)}`),
                  permission: 'patients:view',
                },
                {
                  label: t('accountWhy.fix.despite'),
                  href: url(`/staff/portal/patients/${String(pid)}/codes/${String(code.id)}`),
                  permission: 'pins:issue',
                },
              ]),
              ...(waiting ? [joinsStep(context, pid, inTheWay)] : []),
              ...(asksFactor(portal, code) ? [stepOf(context, 'thenFactor', true)] : []),
              ...(opens === undefined ? [] : [stepOf(context, 'thenOpens', true, { day: writeDayOf(context, opens) })]),
            ]),
      ],
    }
  },
}

/** What the person named opens already must go with what the code gives. */
function joinsStep(context: WhyContext, pid: number, inTheWay: InTheWay | undefined): WhyStep {
  if (!inTheWay) return stepOf(context, 'joins', true)
  const { t, url } = context
  const onGrant = {
    label: t('accountWhy.fix.grant'),
    href: url(`/staff/portal/patients/${String(pid)}/grants/${String(inTheWay.grant)}`),
    permission: 'grants:manage',
  }
  const key = inTheWay.reason === 'not-begun' ? 'joinsLater' : 'joins'
  return { ...stepOf(context, key, false, { day: writeDayOf(context, inTheWay.from) }, [onGrant]), key: 'joins' }
}
