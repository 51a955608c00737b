/** A process that encodes one picture anew, from standard input to standard output: exit 0, or 3 where it is none. */
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'

const POINTS_MOST = 100_000_000
const UNREADABLE = 3

sharp.cache(false)
sharp.concurrency(1)

const sent = await buffer(process.stdin)
const picture = await encoded(sent).catch(() => undefined)
if (picture) await new Promise<void>((resolve) => process.stdout.end(picture, resolve))
else process.exitCode = UNREADABLE

function encoded(sent: Buffer): Promise<Buffer> {
  const upright = sharp(sent, { limitInputPixels: POINTS_MOST, failOn: 'truncated', sequentialRead: true }).autoOrient()
  return (process.argv[2] === 'image/png' ? upright.png() : upright.jpeg({ quality: 90 })).toBuffer()
}
