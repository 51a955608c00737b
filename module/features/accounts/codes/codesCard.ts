import { codesOfPatients } from '../../../access/codes.js'
import type { PanelCard } from '../../../feature.js'
import { codeLine } from './standing.js'

const ROWS_SHOWN = 8

/** PINs and access codes of a chart on its panel, the newest first, with what can be made. */
export const codesCard: PanelCard = {
  key: 'codes',
  title: 'codes.card.title',
  permission: 'pins:issue',
  async show(context, pid) {
    const { portal, url } = context
    const codes = await codesOfPatients(portal.db, portal, [pid], ROWS_SHOWN)
    const base = `/staff/portal/patients/${String(pid)}`
    return {
      view: '/accounts/codes/card',
      content: {
        rows: codes.map((code) => codeLine(context, code)),
        familyHref: url(`${base}/family`),
        welcomeHref: url(`${base}/welcome`),
        codeHref: url(`${base}/codes/new`),
      },
    }
  },
}
