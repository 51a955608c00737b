import { Passport } from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import type { Request } from 'express'
import { cookieIn } from '../platform/cookies.js'
import type { Portal } from './portal.js'
import type { SignedIn, SignInOutcome, SignInTry } from './signIn.js'
import { signInPatient } from './signInPatient.js'
import { signInStaff } from './signInStaff.js'

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
  return localPassport(deviceCookies.patient, (attempt) => signInPatient(portal, attempt))
}

export function staffPassport(portal: Portal): Door {
  return localPassport(deviceCookies.staff, (attempt) => signInStaff(portal, attempt))
}

/** In which each audience's browsers keep where they have been signed in with (devices.ts). */
export const deviceCookies = { patient: 'foyer_portal_device', staff: 'foyer_staff_device' } as const

function localPassport(deviceCookie: string, signIn: (attempt: SignInTry) => Promise<SignInOutcome>): Door {
  const passport = new Passport()
  passport.use(
    new LocalStrategy({ passReqToCallback: true }, (request, username, password, done) => {
      signIn({
        username,
        password,
        email: emailIn(request),
        address: request.ip ?? '',
        requestId: request.requestId,
        device: cookieIn(request.headers.cookie, deviceCookie),
      }).then(
        (outcome) => {
          // Said in full beside Passport's own yes or no: what is left to do, or why not.
          if (outcome.ok) done(null, outcome.who, outcome as never)
          else done(null, false, outcome as never)
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
