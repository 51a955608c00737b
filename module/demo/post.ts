/**
 * The demo's letter box. It has no mail server, so what would be sent is kept in its folder and can be read in its EMR:
 * every journey that goes through a letter can be tried.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Post } from '../platform/post.js'

export interface KeptLetter {
  id: string
  channel: 'mail' | 'sms'
  /** ISO, UTC. */
  at: string
  to: string
  /** '' for a text message. */
  subject: string
  text: string
}

export interface LetterBox {
  /** In place of the servers. */
  post: Post
  newest: (most: number) => Promise<KeptLetter[]>
}

/** `dataDir`: where the demo keeps its things. A letter that is sent twice is kept once. */
export function letterBox(dataDir: string): LetterBox {
  const folder = join(dataDir, 'post')
  const keep = async (letter: Omit<KeptLetter, 'at'>): Promise<string> => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const kept: KeptLetter = { ...letter, at: new Date().toISOString() }
    // Readable to the demo's owner only: it holds links that open something.
    await writeFile(join(folder, `${letter.id.replace(/[^\w-]/g, '_')}.json`), JSON.stringify(kept), { mode: 0o600 })
    return letter.id
  }
  return {
    post: {
      mail: ({ id, to, subject, text }) => keep({ id, channel: 'mail', to, subject, text }),
      sms: ({ id, to, text }) => keep({ id, channel: 'sms', to, subject: '', text }),
      close: () => undefined,
    },
    newest: async (most) => {
      const letters = await Promise.all((await namesIn(folder)).map((name) => readKept(join(folder, name))))
      return letters
        .flatMap((letter) => letter ?? [])
        .sort((a, b) => b.at.localeCompare(a.at))
        .slice(0, most)
    },
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name.endsWith('.json'))
}

/** Undefined: half written, or something else that lies there. */
async function readKept(path: string): Promise<KeptLetter | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as KeptLetter
  } catch {
    return undefined
  }
}
