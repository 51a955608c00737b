import type { Readable } from 'node:stream'
import type { Flash, Link, ProblemStatus } from './layout.js'
import type { Whose } from './whose.js'

/** What a handler answers: plain data, sent by the one place that knows how. */
export type Answer = PageAnswer | SeeOtherAnswer | ToTheDoorAnswer | FileAnswer | StreamAnswer | ProblemAnswer

export interface PageAnswer {
  kind: 'page'
  status: number
  view: string
  content: unknown
  title: string
  hasErrors: boolean
  wide: boolean
  /** Whose data the page shows: the views that the audit trail keeps. A record's own patient need not be named. */
  about: readonly Whose[]
  /** Said in the same answer, above the page or into the flash region of the page that is open. */
  flash?: Flash
}

export interface SeeOtherAnswer {
  kind: 'see-other'
  /** Begins with a slash, without the base path. */
  to: string
  flash?: FlashKey
}

/** Signed out in the middle of a page: 401, and the browser goes to sign in. */
export interface ToTheDoorAnswer {
  kind: 'to-the-door'
  to: string
}

/** Kept in a cookie until the next page: a key of words, never a person's data. */
export interface FlashKey {
  kind: Flash['kind']
  key: string
}

export interface FileAnswer {
  kind: 'file'
  type: string
  name: string
  body: string | Buffer
  /** Staff's files: each person of whom something is in it. */
  about?: readonly Whose[]
}

/** A file that is not held in memory. Sent as something that a browser does not run: sandboxed, its type not guessed. */
export interface StreamAnswer {
  kind: 'stream'
  type: string
  name: string
  body: Readable
  /** Its length, where it is known. */
  bytes?: number
  /** In place instead of as a download: image/png and image/jpeg only. */
  inline?: boolean
  /** Staff's files: each person of whom something is in it. */
  about?: readonly Whose[]
}

export interface ProblemAnswer {
  kind: 'problem'
  status: ProblemStatus
  what?: string
  next?: string
  actions?: Link[]
  /** Seconds, for Retry-After. */
  retryAfter?: number
}

export interface PageOptions {
  title: string
  status?: number
  wide?: boolean
  flash?: Flash
  /** Staff pages: each person of whom something is shown. */
  about?: readonly Whose[]
}

export interface Show {
  page: (view: string, content: unknown, options: PageOptions) => Answer
  /** The form again, with its messages: 422, or another status for another refusal. */
  refused: (view: string, content: unknown, options: PageOptions) => Answer
  /** After a POST: to the thing it made, with a line that says so. */
  seeOther: (to: string, flash?: FlashKey) => Answer
  file: (type: string, name: string, body: string | Buffer, about?: readonly Whose[]) => Answer
  stream: (file: Omit<StreamAnswer, 'kind'>) => Answer
  problem: (status: ProblemStatus, more?: Omit<ProblemAnswer, 'kind' | 'status'>) => Answer
  notFound: () => Answer
}

export const show: Show = {
  page: (view, content, options) => pageAnswer(view, content, options, 200, false),
  refused: (view, content, options) => pageAnswer(view, content, options, 422, true),
  seeOther: (to, flash) => ({ kind: 'see-other', to, ...(flash ? { flash } : {}) }),
  file: (type, name, body, about = []) => ({ kind: 'file', type, name, body, about }),
  stream: (file) => ({ kind: 'stream', ...file }),
  problem: (status, more = {}) => ({ kind: 'problem', status, ...more }),
  notFound: () => ({ kind: 'problem', status: 404 }),
}

function pageAnswer(view: string, content: unknown, options: PageOptions, status: number, hasErrors: boolean): Answer {
  return {
    kind: 'page',
    status: options.status ?? status,
    view,
    content,
    title: options.title,
    hasErrors,
    wide: options.wide ?? false,
    about: options.about ?? [],
    ...(options.flash ? { flash: options.flash } : {}),
  }
}
