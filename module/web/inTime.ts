/**
 * Every request is answered within a time. Only so many work at once, the next wait in line, and the line has an end:
 * when the database is slow, who came first is served, and the others hear soon that they had better come again. Were
 * all let in together, all would get a share of it, and none an answer.
 *
 * Files come and go at the speed of their sender's line. While they do, a request has left the line of the pages: who
 * sends stands in one of their own (`Visit.receive`), who reads in none (`Visit.leave`).
 */
import type { Request, RequestHandler, Response } from 'express'
import type { Deadline } from '../platform/deadline.js'
import { setDeadline } from './deadline.js'
import { requestContext } from './exchange.js'
import { lineOf, type Line, type Place } from './line.js'
import { sendBareProblem } from './send.js'
import type { Site } from './site.js'
import { setVisit } from './visit.js'

export interface RequestLimits {
  /** Seconds within which a request is answered, waiting included. */
  seconds: number
  /** Requests of this process that work at once. */
  atOnce: number
  /** Requests that wait for their turn. */
  waiting: number
  /** Sign-ins that work at once, besides the others. Without a number: a quarter of them. */
  signIns?: number
  uploads?: UploadLimits
}

export interface UploadLimits {
  /** Forms with files that are received at once, besides the pages. */
  atOnce: number
  /** Of one person. */
  each: number
  /** Seconds within which all of a form has come, from its turn on. */
  seconds: number
  /** Seconds without a byte after which its sender is taken to be gone. */
  silence: number
}

/** A few more at once than there are connections, since not all of them ask the database all the time. */
export const usualLimits: RequestLimits = { seconds: 15, atOnce: 16, waiting: 100 }

/** Half an hour: 50 MiB at 240 kbit/s. */
const usualUploads: UploadLimits = { atOnce: 24, each: 6, seconds: 30 * 60, silence: 60 }

/** Seconds after which to come again, for Retry-After. */
const COME_AGAIN = 10

/**
 * 503 at once when the line is full, and when a request's time is over. Whoever signs in stands in a line of their own:
 * a password takes long to check, and a flood of them must not stand before those who are at work.
 */
export function answerInTime(site: Site, limits: RequestLimits): RequestHandler {
  const pages = lineOf(limits.atOnce)
  const signIns = lineOf(limits.signIns ?? Math.max(1, Math.floor(limits.atOnce / 4)))
  const uploading = limits.uploads ?? usualUploads
  const uploads = lineOf(uploading.atOnce, uploading.each)

  return (request, response, next) => {
    const exchange = { site, request, response }
    const tellBusy = (what?: string): void => {
      const busy = { kind: 'problem', status: 503, retryAfter: COME_AGAIN, ...(what ? { what } : {}) } as const
      void sendBareProblem(exchange, busy).catch(next)
    }
    const line = isSignIn(request) ? signIns : pages
    if (line.length() >= limits.waiting) {
      tellBusy()
      return
    }
    const deadline: Deadline = { over: false }
    setDeadline(response, deadline)
    const giveUp = (what?: string): void => {
      deadline.over = true
      if (response.headersSent) return
      response.locals[LATE] = true
      tellBusy(what)
    }
    const { enter, within, leave } = stayOf(response, deadline, giveUp)

    async function receive<Result>(owner: string, work: () => Promise<Result>): Promise<Result | undefined> {
      if (uploads.length() >= limits.waiting) return undefined
      within(uploading.silence)
      if (!(await enter(uploads, owner))) return undefined
      within(undefined)
      const stop = watch(request, uploading, () => {
        giveUp(requestContext(exchange).t('files.tooSlow'))
      })
      try {
        return await work()
      } finally {
        stop()
        within(limits.seconds)
        await enter(pages)
      }
    }
    setVisit(response, { receive, leave })
    within(limits.seconds)
    void enter(line).then((inside) => {
      if (inside) next()
    })
  }
}

/** Where a request stands, and until when; over at the latest when it is answered, or when nobody waits for it. */
function stayOf(response: Response, deadline: Deadline, giveUp: () => void) {
  let place: Place | undefined
  let timer: NodeJS.Timeout | undefined
  let answered = false
  let goOn = (): void => undefined
  const leave = (): void => {
    clearTimeout(timer)
    place?.leave()
  }
  whenAnswered(response, () => {
    answered = true
    leave()
    goOn()
  })
  return {
    leave,
    within: (seconds: number | undefined): void => {
      clearTimeout(timer)
      if (seconds !== undefined && !answered) timer = setTimeout(giveUp, seconds * 1000)
    },
    /** From where it stands into another line. False: it was answered before its turn came. */
    enter: (line: Line, owner?: string): Promise<boolean> => {
      place?.leave()
      return new Promise((resolve) => {
        goOn = () => {
          deadline.over = true
          response.locals[LATE] = true
          resolve(false)
        }
        if (answered) {
          goOn()
          return
        }
        place = line.placeFor(() => {
          goOn = () => undefined
          resolve(true)
        }, owner)
        place.stand()
      })
    },
  }
}

/** Ends a form that takes too long, or of which nothing comes any more. By the socket: the body is its reader's alone. */
function watch({ socket }: Request, { seconds, silence }: UploadLimits, end: () => void): () => void {
  const until = Date.now() + seconds * 1000
  let seen = { bytes: socket.bytesRead, at: Date.now() }
  const timer = setInterval(
    () => {
      if (socket.bytesRead !== seen.bytes) seen = { bytes: socket.bytesRead, at: Date.now() }
      if (Date.now() < until && Date.now() - seen.at < silence * 1000) return
      clearInterval(timer)
      end()
    },
    Math.min(1000, silence * 250),
  )
  return () => {
    clearInterval(timer)
  }
}

function isSignIn({ method, path }: Request): boolean {
  return method === 'POST' && /^\/(portal|staff)\/sign-in$/.test(path)
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
