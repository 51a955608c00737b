/** What is in a zip archive, by another implementation than the one that made it. */
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { fromBuffer, type Entry, type Options, type ZipFile } from 'yauzl'

/** Names and contents, in the archive's order. Throws where it is not whole, or a name is none that may be unpacked. */
export async function entriesOf(archive: Buffer, encoding: BufferEncoding = 'utf8'): Promise<Map<string, string>> {
  const opened = promisify<Buffer, Options, ZipFile>(fromBuffer)
  const zip = await opened(archive, { lazyEntries: true, validateEntrySizes: true, strictFileNames: true })
  const entries = new Map<string, string>()
  for (let left = zip.entryCount; left > 0; left -= 1) {
    zip.readEntry()
    const [entry] = (await once(zip, 'entry')) as [Entry]
    const body = await promisify<Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip))(entry)
    entries.set(entry.fileName, (await buffer(body)).toString(encoding))
  }
  return entries
}
