import type { Clock } from '../../platform/clock.js'
import type { Config } from '../../platform/config.js'
import type { Queryable } from '../../platform/database.js'
import type { Manifest } from '../../platform/settings.js'
import type { Said } from '../said.js'
import type { LifecycleKey } from '../words.js'

/** One precondition of a working portal: what was looked at, what was found, what to do. */
export interface Finding {
  check: Check
  group: Group
  /** `problem`: the portal does not work until it is mended. `warning`: it works, not for everyone or not well. */
  state: 'ok' | 'warning' | 'problem'
  found: Said
  /** Undefined where nothing is to be done. */
  fix: Said | undefined
}

/** The words of a check's name are `doctor.<check>`. */
export type Check =
  | ('host' | 'list' | 'hostsPortal' | 'portalAddress' | 'hostsMail')
  | ('portalRight' | 'providers' | 'credentials')
  | ('steps' | 'portal' | 'settings' | 'secret' | 'jobs' | 'foyersMail' | 'foyersSms')
  | ('zone' | 'clock')
  | ('baseUrl' | 'beside' | 'framing')
  | ('dataDir' | 'siteDir' | 'fileKeys' | 'scanner')

/** In the order in which they are shown; their words are `doctor.group.<group>`. */
export const groups = ['emr', 'people', 'foyer', 'time', 'address', 'files'] as const
export type Group = (typeof groups)[number]

export interface Examined {
  db: Queryable
  config: Config
  clock: Clock
  manifest: Manifest
  connectorPresent: boolean
}

/** What the checks of one subject answer with. */
export interface Findings {
  ok: (check: Check, found: LifecycleKey, params?: Said['params']) => Finding
  warning: (check: Check, found: Said, fix: Said) => Finding
  problem: (check: Check, found: Said, fix: Said) => Finding
}

export function findingsOf(group: Group): Findings {
  return {
    ok: (check, key, params) => ({ check, group, state: 'ok', found: said(key, params), fix: undefined }),
    warning: (check, found, fix) => ({ check, group, state: 'warning', found, fix }),
    problem: (check, found, fix) => ({ check, group, state: 'problem', found, fix }),
  }
}

export function said(key: LifecycleKey, params?: Said['params']): Said {
  return params ? { key, params } : { key }
}
