import { Router } from 'express'

/** What `/ready` asks: each part's name, and whether it holds now. */
export type Readiness = () => Promise<{ part: string; ok: boolean }[]>

/** `/health`: the process is up. `/ready`: it can serve; 503 otherwise. Plain JSON, nothing of anybody's. */
export function health(readiness: Readiness): Router {
  const router = Router()
  router.get('/health', (_request, response) => {
    response.setHeader('Cache-Control', 'no-store')
    response.json({ status: 'up' })
  })
  router.get('/ready', async (_request, response) => {
    const parts = await readiness()
    const ready = parts.every((part) => part.ok)
    response.setHeader('Cache-Control', 'no-store')
    response.status(ready ? 200 : 503).json({
      status: ready ? 'ready' : 'not ready',
      parts: Object.fromEntries(parts.map(({ part, ok }) => [part, ok ? 'ok' : 'failing'])),
    })
  })
  return router
}
