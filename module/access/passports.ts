import { Passport } from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import type { Request } from 'express'
import { signInPatient, signInStaff, type SignInRefusal, type SignInTry } from './signIn.js'
import type { Portal } from './portal.js'

/** What a session remembers: who, and under which password. Everything else is read afresh. */
export interface SignedIn {
  id: number
  fingerprint: string
}

declare module 'express-session' {
  interface SessionData {
    passport?: { user: SignedIn }
    /** When the person was last noted to be there, as of this request. UTC. */
    seenAt?: string
  }
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Express takes its user's type
  namespace Express {
    interface Request {
      /** Names this request in the log, in the audit trail, and to the person who meets an error. */
      requestId: string
      nonce: string
    }
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- ditto
    interface User extends SignedIn {}
  }
}

/** Passport with one way in. */
export type Door = InstanceType<typeof Passport>

/** One Passport for each door: patients and staff never share a strategy, a session or a cookie. */
export function patientPassport(portal: Portal): Door {
  return localPassport(async (attempt) => {
    const outcome = await signInPatient(portal, attempt)
    return outcome.ok ? { id: outcome.accountId, fingerprint: outcome.fingerprint } : outcome
  })
}

export function staffPassport(portal: Portal): Door {
  return localPassport(async (attempt) => {
    const outcome = await signInStaff(portal, attempt)
    return outcome.ok ? { id: outcome.userId, fingerprint: outcome.fingerprint } : outcome
  })
}

function localPassport(signIn: (attempt: SignInTry) => Promise<SignedIn | SignInRefusal>): Door {
  const passport = new Passport()
  passport.use(
    new LocalStrategy({ passReqToCallback: true }, (request, username, password, done) => {
      signIn({
        username,
        password,
        email: emailIn(request),
        address: request.ip ?? '',
        requestId: request.requestId,
      }).then(
        (outcome) => {
          if ('ok' in outcome) done(null, false, outcome as never)
          else done(null, outcome)
        },
        (error: unknown) => {
          done(error)
        },
      )
    }),
  )
  passport.serializeUser((user, done) => {
    done(null, user)
  })
  passport.deserializeUser((user: SignedIn, done) => {
    done(null, user)
  })
  return passport
}

function emailIn(request: Request): string {
  const { email } = request.body as { email?: unknown }
  return typeof email === 'string' ? email.trim() : ''
}
