/**
 * A process that encodes one picture anew, from standard input to standard output: as JPEG or PNG as large as it is, or
 * to be looked at (`view`). Exit 0; or 3 where it is none that can be read, or too large; or 4 where it can be read, and
 * something else failed: memory, the disk, the encoding.
 */
import { buffer } from 'node:stream/consumers'
import sharp, { type Sharp } from 'sharp'

const POINTS_MOST = 100_000_000
const UNREADABLE = 3
const FAILED = 4
/** Of what is looked at: dots of its longer side. */
const VIEW_SIDE = 1600
/** Nothing that is drawn by commands, and nothing that names another file. */
const kinds: readonly string[] = ['jpeg', 'png', 'webp', 'gif', 'tiff']

sharp.cache(false)
sharp.concurrency(1)

const sent = await buffer(process.stdin)
const picture = await encoded(sent).catch(() => undefined)
if (picture) await new Promise<void>((resolve) => process.stdout.end(picture, resolve))
else process.exitCode = (await canBeRead(sent)) ? FAILED : UNREADABLE

async function encoded(sent: Buffer): Promise<Buffer> {
  if (!(await isKnown(sent))) throw new Error('no picture of a known kind')
  const upright = read(sent).autoOrient()
  switch (process.argv[2]) {
    case 'view':
      return upright.resize(VIEW_SIDE, VIEW_SIDE, { fit: 'inside', withoutEnlargement: true }).png().toBuffer()
    case 'image/png':
      return upright.png().toBuffer()
    default:
      return upright.jpeg({ quality: 90 }).toBuffer()
  }
}

async function isKnown(sent: Buffer): Promise<boolean> {
  const { format } = await read(sent).metadata()
  return kinds.includes(format)
}

function read(sent: Buffer): Sharp {
  return sharp(sent, { limitInputPixels: POINTS_MOST, failOn: 'truncated', sequentialRead: true })
}

/** All of its points, without keeping them. What the system refuses says nothing of the picture. */
async function canBeRead(sent: Buffer): Promise<boolean> {
  try {
    if (!(await isKnown(sent))) return false
    await read(sent).stats()
    return true
  } catch (error) {
    return /memory|malloc|alloc|no space|too many open files|unable to (open|write)|temporary/i.test(String(error))
  }
}
