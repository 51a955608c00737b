import { expect } from 'chai'
import express, { type Request, type Response } from 'express'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serverOf } from '../../module/web/server.js'

describe('The server', () => {
  it('makes requests and answers that Express has nothing to change of', async () => {
    const app = express()
    const kinds: unknown[] = []
    app.get('/greeting', (request: Request, response: Response) => {
      kinds.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response))
      response.type('text').send(`Hello ${request.get('X-Name') ?? ''}`)
    })
    const server = serverOf(app)
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      kinds.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const { port } = server.address() as AddressInfo
      const answer = await fetch(`http://127.0.0.1:${String(port)}/greeting`, { headers: { 'X-Name': 'Maria' } })
      expect(await answer.text()).to.equal('Hello Maria')
    } finally {
      server.closeAllConnections()
      server.close()
    }
    const [requestBefore, answerBefore, requestAfter, answerAfter] = kinds
    expect(requestAfter === requestBefore, 'the request').to.equal(true)
    expect(answerAfter === answerBefore, 'the answer').to.equal(true)
  })
})
