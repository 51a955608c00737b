/**
 * Every request is answered within a time. Only so many work at once, the next wait in line, and the line has an end:
 * when the database is slow, who came first is served, and the others hear soon that they had better come again. Were
 * all let in together, all would get a share of it, and none an answer.
 */
import type { Request, RequestHandler, Response } from 'express'
import type { Deadline } from '../platform/deadline.js'
import { setDeadline } from './deadline.js'
import { sendBareProblem } from './send.js'
import type { Site } from './site.js'

export interface RequestLimits {
  /** Seconds within which a request is answered, waiting included. */
  seconds: number
  /** Requests of this process that work at once. */
  atOnce: number
  /** Requests that wait for their turn. */
  waiting: number
  /** Sign-ins that work at once, besides the others. Without a number: a quarter of them. */
  signIns?: number
}

/** A few more at once than there are connections, since not all of them ask the database all the time. */
export const usualLimits: RequestLimits = { seconds: 15, atOnce: 16, waiting: 100 }

/** Seconds after which to come again, for Retry-After. */
const COME_AGAIN = 10

/**
 * 503 at once when the line is full, and when a request's time is over. Whoever signs in stands in a line of their own:
 * a password takes long to check, and a flood of them must not stand before those who are at work.
 */
export function answerInTime(site: Site, limits: RequestLimits): RequestHandler {
  const pages = lineOf(limits.atOnce)
  const signIns = lineOf(limits.signIns ?? Math.max(1, Math.floor(limits.atOnce / 4)))

  return (request, response, next) => {
    const line = isSignIn(request) ? signIns : pages
    const tellBusy = (): void => {
      const busy = { kind: 'problem', status: 503, retryAfter: COME_AGAIN } as const
      void sendBareProblem({ site, request, response }, busy).catch(next)
    }
    if (line.length() >= limits.waiting) {
      tellBusy()
      return
    }
    const deadline: Deadline = { over: false }
    setDeadline(response, deadline)
    const timer = setTimeout(() => {
      deadline.over = true
      if (response.headersSent) return
      response.locals[LATE] = true
      tellBusy()
    }, limits.seconds * 1000)

    const place = line.placeFor(next)
    whenAnswered(response, () => {
      clearTimeout(timer)
      place.leave()
    })
    place.stand()
  }
}

function isSignIn({ method, path }: Request): boolean {
  return method === 'POST' && /^\/(portal|staff)\/sign-in$/.test(path)
}

interface Line {
  /** How many wait. */
  length: () => number
  placeFor: (enter: () => void) => {
    /** Lets in at once, or when its turn comes. */
    stand: () => void
    /** Done with, or gone before its turn. */
    leave: () => void
  }
}

function lineOf(atOnce: number): Line {
  const line: Array<() => void> = []
  let working = 0

  const letIn = (): void => {
    while (working < atOnce) {
      const enter = line.shift()
      if (!enter) return
      working += 1
      enter()
    }
  }
  return {
    length: () => line.length,
    placeFor: (next) => {
      let inside = false
      const enter = (): void => {
        inside = true
        next()
      }
      return {
        stand: () => {
          line.push(enter)
          letIn()
        },
        leave: () => {
          if (inside) working -= 1
          else line.splice(line.indexOf(enter), 1)
          letIn()
        },
      }
    },
  }
}

/** Once: when the answer is complete, however slowly it is read, or when nobody is there to read it. */
function whenAnswered(response: Response, then: () => void): void {
  let answered = false
  const once = (): void => {
    if (answered) return
    answered = true
    then()
  }
  response.on('prefinish', once)
  response.on('close', once)
}

const LATE = 'answeredLate'

/** Its time was over and it has been answered: what its handler still has to say, nobody waits for. */
export function wasAnsweredLate(response: Response): boolean {
  return (response.locals as Record<string, unknown>)[LATE] === true
}
