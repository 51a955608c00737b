/**
 * A process that encodes one picture anew, from standard input to standard output. Exit 0; or 3 where it is none that can
 * be read, or too large; or 4 where it can be read, and something else failed: memory, the disk, the encoding.
 */
import { buffer } from 'node:stream/consumers'
import sharp, { type Sharp } from 'sharp'

const POINTS_MOST = 100_000_000
const UNREADABLE = 3
const FAILED = 4

sharp.cache(false)
sharp.concurrency(1)

const sent = await buffer(process.stdin)
const picture = await encoded(sent).catch(() => undefined)
if (picture) await new Promise<void>((resolve) => process.stdout.end(picture, resolve))
else process.exitCode = (await canBeRead(sent)) ? FAILED : UNREADABLE

function encoded(sent: Buffer): Promise<Buffer> {
  const upright = read(sent).autoOrient()
  return (process.argv[2] === 'image/png' ? upright.png() : upright.jpeg({ quality: 90 })).toBuffer()
}

function read(sent: Buffer): Sharp {
  return sharp(sent, { limitInputPixels: POINTS_MOST, failOn: 'truncated', sequentialRead: true })
}

/** All of its points, without keeping them. What the system refuses says nothing of the picture. */
async function canBeRead(sent: Buffer): Promise<boolean> {
  try {
    await read(sent).stats()
    return true
  } catch (error) {
    return /memory|malloc|alloc|no space|too many open files|unable to (open|write)|temporary/i.test(String(error))
  }
}
