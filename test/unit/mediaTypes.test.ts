/** What a file is, by what is in it: names are not believed. */
import { expect } from 'chai'
import sharp from 'sharp'
import { ZipFile } from 'yazl'
import { buffer } from 'node:stream/consumers'
import { acceptOf, isOfKind, kindsIn, mediaTypeOf, nameFor, uploadKinds } from '../../module/platform/mediaTypes.js'
import { pdfOf } from '../support/files.js'

const typeOf = (bytes: Buffer | string, name = 'letter.pdf') => {
  const all = Buffer.from(bytes)
  return mediaTypeOf(
    { length: all.length, part: (from, length) => Promise.resolve(all.subarray(from, from + length)) },
    name,
  )
}

async function zip(...entries: Array<[string, string]>): Promise<Buffer> {
  const file = new ZipFile()
  for (const [name, text] of entries) file.addBuffer(Buffer.from(text), name, { compress: name !== 'mimetype' })
  file.end()
  return buffer(file.outputStream)
}

/** A compound file of one directory sector, as the older Office writes it. */
function compound(...names: string[]): Buffer {
  const file = Buffer.alloc(512 * 3)
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(file)
  file.writeUInt16LE(9, 30)
  file.writeUInt32LE(1, 48)
  ;['Root Entry', ...names].forEach((name, at) => {
    const entry = 1024 + at * 128
    file.write(name, entry, 'utf16le')
    file.writeUInt16LE((name.length + 1) * 2, entry + 64)
  })
  return file
}

const office = 'application/vnd.openxmlformats-officedocument'

describe('The kind of a file', () => {
  it('is told by its content, for each kind that the host takes (facts §6.4)', async () => {
    const picture = sharp({ create: { width: 3, height: 3, channels: 3, background: '#123' } })
    const content: [string, string] = ['[Content_Types].xml', '<Types/>']
    const samples: Array<[string, Buffer | string]> = [
      ['application/pdf', pdfOf('x')],
      ['image/png', await picture.png().toBuffer()],
      ['image/jpeg', await picture.jpeg().toBuffer()],
      [`${office}.wordprocessingml.document`, await zip(content, ['word/document.xml', '<w/>'])],
      [`${office}.spreadsheetml.sheet`, await zip(['xl/workbook.xml', '<w/>'], content)],
      [`${office}.presentationml.presentation`, await zip(content, ['ppt/presentation.xml', '<w/>'])],
      ['application/vnd.oasis.opendocument.text', await zip(['mimetype', 'application/vnd.oasis.opendocument.text'], ['content.xml', '<o/>'])],
      ['application/msword', compound('WordDocument')],
      ['application/vnd.ms-excel', compound('Workbook')],
      ['application/vnd.ms-powerpoint', compound('PowerPoint Document')],
      ['application/rtf', '{\\rtf1\\ansi A letter}'],
      ['text/csv', 'day,weight\n1,"70,5"\n2,71\n'],
      ['text/csv', 'día;peso\r\n1;70,5\r\n2;71\r\n'],
      ['text/tab-separated-values', '\ufeffday\tweight\n1\t70\n'],
    ] // prettier-ignore
    for (const [type, bytes] of samples) {
      expect(await typeOf(bytes), type).to.equal(type)
      expect(isOfKind(type, uploadKinds), type).to.equal(true)
    }
  })

  it('is not what its name says', async () => {
    const others: Array<[string, Buffer | string]> = [
      ['text/html', '<!DOCTYPE html><title>x</title>'],
      ['text/html', '\ufeff \n<html><body onload=alert(1)>'],
      ['text/html', 'Dear practice, <script>alert(1)</script>'],
      ['text/html', 'a,b\n<img src=x onerror=alert(1)>,2\n'],
      ['image/svg+xml', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
      ['application/xml', '<?xml version="1.0"?><letter/>'],
      ['application/octet-stream', Buffer.concat([Buffer.from('nothing known\0'), Buffer.alloc(300, 1)])],
      ['text/plain', 'Just a letter.'],
      ['application/zip', await zip(['readme.txt', 'x'])],
      ['application/zip', await zip(['word/document.xml', 'no list of contents'])],
      ['application/vnd.ms-office.macro', await zip(['[Content_Types].xml', '<T/>'], ['word/document.xml', 'x'], ['word/vbaProject.bin', 'x'])],
      ['application/vnd.ms-office.macro', compound('WordDocument', 'Macros')],
      ['application/x-cfb', compound('an installer')],
    ] // prettier-ignore
    for (const [type, bytes] of others) {
      const found = await typeOf(bytes)
      expect(found, JSON.stringify(bytes.toString().slice(0, 40))).to.equal(type)
      expect(isOfKind(found, uploadKinds), type).to.equal(false)
    }
    expect(await typeOf(Buffer.from('MZ\x90\0\x03'.padEnd(200, '\0'), 'latin1'))).to.match(/msdownload|dosexec/)
  })

  it('of a list with one column is what its name says, since nothing else can tell', async () => {
    expect(await typeOf('one\ntwo\n', 'list.csv')).to.equal('text/csv')
    expect(await typeOf('one\ntwo\n', 'list.txt')).to.equal('text/plain')
    expect(await typeOf('<script>1</script>', 'list.csv')).to.equal('text/html')
  })

  it('breaks over nothing: of each beginning of a document it says something', async () => {
    const files = [
      await zip(['[Content_Types].xml', '<T/>'], ['word/document.xml', 'x']),
      compound('WordDocument'),
      pdfOf('x'),
    ]
    for (const file of files) {
      for (let length = 0; length < file.length; length += 7)
        expect(await typeOf(file.subarray(0, length))).to.be.a('string')
    }
  })

  it('is narrowed by the practice, for the chooser of files too', () => {
    expect(kindsIn(['pdf', 'gone'])).to.deep.equal(['pdf'])
    expect(acceptOf(['pdf', 'image'])).to.equal('application/pdf,image/jpeg,image/png,.pdf,.jpg,.jpeg,.png')
    expect(isOfKind('image/png', ['pdf'])).to.equal(false)
  })

  it('gives a name the ending of what it is', () => {
    expect(nameFor('letter.exe', 'application/pdf')).to.equal('letter.exe.pdf')
    expect(nameFor('Scan.JPEG', 'image/jpeg')).to.equal('Scan.JPEG')
    expect(nameFor('scan', 'image/png')).to.equal('scan.png')
  })
})
