/**
 * Somebody who speaks clamd's protocol and really looks: for the bytes of the EICAR test file, anywhere in what is
 * streamed, also across chunks. It can be told to be slow, to say nothing, or to take only so many bytes.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'

/** The test file of EICAR, in two parts, so that no scanner takes this file for it. */
export const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')

export interface Clamd {
  /** As FOYER_CLAMD takes it. */
  address: string
  /** Bytes of each stream that it has heard to its end, in order. */
  heard: number[]
  manner: { silent: boolean; mute: boolean; most: number }
  stop: () => Promise<void>
}

/** `path`: of a unix socket; without one, a port of this machine. */
export async function clamd(path?: string): Promise<Clamd> {
  const heard: number[] = []
  const manner = { silent: false, mute: false, most: Infinity }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    listenTo(socket, heard, manner)
  })
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, '127.0.0.1', resolve)
    else server.listen(path, resolve)
  })
  return {
    address: path ?? `127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    heard,
    manner,
    stop: () => stopped(server, sockets, path),
  }
}

async function stopped(server: Server, sockets: Set<Socket>, path: string | undefined): Promise<void> {
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
  if (path !== undefined) await rm(path, { force: true })
}

const COMMAND = /^z(\w+)\0/

function listenTo(socket: Socket, heard: number[], manner: Clamd['manner']): void {
  let waiting = Buffer.alloc(0)
  let streaming = false
  let bytes = 0
  let found = false
  let tail = Buffer.alloc(0)

  const answer = (line: string): void => {
    if (manner.silent) return
    socket.end(manner.mute ? '' : `${line}\0`)
  }
  const chunk = (data: Buffer): void => {
    bytes += data.length
    const seen = Buffer.concat([tail, data])
    found ||= seen.includes(EICAR)
    tail = seen.subarray(Math.max(0, seen.length - EICAR.length))
  }
  socket.on('data', (data: Buffer) => {
    waiting = Buffer.concat([waiting, data])
    if (!streaming) {
      const command = COMMAND.exec(waiting.subarray(0, 32).toString('latin1'))
      if (!command) return
      waiting = waiting.subarray(command[0].length)
      if (command[1] === 'VERSION') answer('ClamAV 1.4.1/27453/Mon Nov 16 09:00:00 2026')
      else if (command[1] === 'PING') answer('PONG')
      else if (command[1] === 'INSTREAM') streaming = true
      else answer('UNKNOWN COMMAND')
      if (!streaming) return
    }
    while (waiting.length >= 4) {
      const length = waiting.readUInt32BE(0)
      if (length === 0) {
        heard.push(bytes)
        answer(found ? 'stream: Eicar-Test-Signature FOUND' : 'stream: OK')
        return
      }
      if (waiting.length < 4 + length) return
      chunk(waiting.subarray(4, 4 + length))
      waiting = waiting.subarray(4 + length)
      if (bytes > manner.most) {
        answer('INSTREAM size limit exceeded. ERROR')
        return
      }
    }
  })
}
