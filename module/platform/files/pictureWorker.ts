/** A process that encodes one picture anew, from standard input to standard output: exit 0, or 3 where it is none. */
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'

const POINTS_MOST = 100_000_000
const UNREADABLE = 3

sharp.cache(false)
sharp.concurrency(1)

try {
  const sent = await buffer(process.stdin)
  const upright = sharp(sent, { limitInputPixels: POINTS_MOST, failOn: 'truncated', sequentialRead: true }).autoOrient()
  const anew = process.argv[2] === 'image/png' ? upright.png() : upright.jpeg({ quality: 90 })
  const picture = await anew.toBuffer()
  await new Promise<void>((resolve) => process.stdout.end(picture, resolve))
} catch {
  process.exitCode = UNREADABLE
}
