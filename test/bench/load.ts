/** So many connections, each of one visitor, each asking again as soon as it is answered. */
import { Agent, request } from 'node:http'

export interface Visit {
  path: string
  cookie: string
}

export interface Measured {
  /** Requests a second. */
  rate: number
  /** Milliseconds within which half, 95 and 99 of a hundred were answered. */
  p50: number
  p95: number
  p99: number
  /** Answers that were not 200. */
  failed: number
}

/** One visit a connection, for so many seconds. */
export async function load(port: number, visits: readonly Visit[], seconds: number): Promise<number[]> {
  const until = performance.now() + seconds * 1000
  return askWhile(port, visits, () => performance.now() < until)
}

/** The same until so many are answered: a server that runs for months has long compiled what it does all day. */
export async function warm(port: number, visits: readonly Visit[], requests: number): Promise<void> {
  await askWhile(port, visits, (answered) => answered < requests)
}

async function askWhile(
  port: number,
  visits: readonly Visit[],
  goOn: (answered: number) => boolean,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: visits.length })
  const times: number[] = []
  await Promise.all(
    visits.map(async (visit) => {
      while (goOn(times.length)) {
        const began = performance.now()
        const status = await ask(agent, port, visit)
        // What failed is told apart by its sign.
        times.push(status === 200 ? performance.now() - began : -1)
      }
    }),
  )
  agent.destroy()
  return times
}

function ask(agent: Agent, port: number, { path, cookie }: Visit): Promise<number> {
  const headers = cookie === '' ? {} : { cookie }
  return new Promise((resolve, reject) => {
    request({ agent, port, host: '127.0.0.1', path, headers }, (answer) => {
      answer.resume()
      answer.once('end', () => {
        resolve(answer.statusCode ?? 0)
      })
    })
      .once('error', reject)
      .end()
  })
}

export function measured(times: readonly number[], seconds: number): Measured {
  const good = times.filter((time) => time >= 0).sort((a, b) => a - b)
  const at = (share: number): number => good[Math.min(good.length - 1, Math.floor(good.length * share))] ?? 0
  return { rate: good.length / seconds, p50: at(0.5), p95: at(0.95), p99: at(0.99), failed: times.length - good.length }
}
