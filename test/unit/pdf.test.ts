import { expect } from 'chai'
import PDFDocument from 'pdfkit'
import sharp from 'sharp'
import type { PdfInput } from '../../module/platform/pdf/blocks.js'
import { baseOf, directionOf, drawn, partsOf, visualOrder } from '../../module/platform/pdf/bidi.js'
import { laneOf, PaperRefused } from '../../module/platform/pdf/lane.js'
import { htmlToPdf, pagePictures } from '../../module/platform/pdf/paper.js'
import { textOfPages } from '../support/pdfPages.js'

const words = { page: 'Page {n} of {m}', unknownLetters: 'Letters shown by their code:', unknownPicture: 'A picture' }

function input(html: string, more: Partial<PdfInput> = {}): PdfInput {
  const head = ['Rivera, Ana, born 2 Mar 1980, chart 12', 'Privacy notice']
  const foot = ['Sent on 24 Nov 2026, 10:15']
  return { html, title: 'Privacy notice', language: 'en', at: '2026-11-24T15:15:00.000Z', head, foot, words, ...more }
}

async function readBack(html: string): Promise<string[]> {
  return textOfPages(await htmlToPdf(input(html)))
}

describe('A document as PDF', function () {
  this.timeout(60_000)

  it('says whose it is at its head, and on every page which page it is', async () => {
    const pages = await readBack('<p>One.</p><div style="page-break-before: always">Two.</div>')
    expect(pages).to.have.length(2)
    expect(pages[0]).to.include('Rivera, Ana, born 2 Mar 1980, chart 12').and.include('One.').and.include('Page 1 of 2')
    expect(pages[1]).to.include('Two.').and.include('Page 2 of 2').and.include('Sent on 24 Nov 2026, 10:15')
  })

  it('is the same, byte for byte, whenever it is made of the same', async () => {
    const html = '<h1>Consent</h1><table><tr><th>A</th><td>b <b>c</b></td></tr></table>'
    const [first, second, other] = await Promise.all([
      htmlToPdf(input(html)),
      htmlToPdf(input(html)),
      htmlToPdf(input(html, { at: '2026-11-24T15:15:01.000Z' })),
    ])
    expect(first.equals(second)).to.equal(true)
    expect(first.equals(other)).to.equal(false)
  })

  it('keeps every word of headings, lists, quotes, preformatted text and fields', async () => {
    const [page = ''] = await readBack(
      `<h2>Heading &amp; more</h2><p>A <b>bold</b>, an <i>italic</i> and an <u>underlined</u> word.<br>Next line</p>
       <ol start="3"><li>third</li><li>fourth<ul><li>nested</li></ul></li></ol><blockquote>quoted</blockquote>
       <pre>two  spaces\nkept</pre><input type="checkbox" checked>ticked <input type="radio">not
       <textarea>typed</textarea><select><option>no</option><option selected>chosen</option></select><custom>unknown</custom>`,
    )
    for (const word of [
      ...['Heading & more', 'A bold, an italic and an underlined word.', 'Next line', '3.', 'third', '4.', 'fourth'],
      ...['nested', 'quoted', 'two', 'spaces', 'kept', '☑', 'ticked', '☐', 'typed', 'chosen', 'unknown'],
    ]) {
      expect(page).to.include(word)
    }
  })

  it('shows Spanish, Greek, Cyrillic and signs as they are', async () => {
    const said = 'Ñandú ¿sí? Łódź Ελλάδα Привет ½ € “quoted” — ✓'
    const [page] = await readBack(`<p>${said}</p>`)
    expect(page).to.include(said)
  })

  it('sets what is written from right to left as it is read: its words, numbers, brackets and what stands between', () => {
    // Of the letters of one word the font says the order: here they are turned by hand.
    const onPaper = (text: string) => {
      const parts = text.split(/( )/).flatMap(partsOf)
      return visualOrder(parts.map(directionOf), baseOf(text))
        .map(({ at, leftward }) => ({ part: parts[at] ?? '', leftward }))
        .map(({ leftward, part }) =>
          directionOf(part) === 'R' ? Array.from(part).reverse().join('') : drawn(part, leftward),
        )
        .join('')
    }
    for (const [logical, visual] of [
      ['plain words, 12 (13).', 'plain words, 12 (13).'],
      ['אבג 42 (דה) xyz 7.', '.xyz 7 (הד) 42 גבא'],
      ['Name: אבג דה, born 12', 'Name: הד גבא, born 12'],
      ['(אב12)', '(12בא)'],
      ['אב 12:30 New York', 'New York 12:30 בא'],
      ['12 אב', 'בא 12'],
    ] as const) {
      expect(onPaper(logical), logical).to.equal(visual)
    }
  })

  it('has the letters of Arabic and Hebrew, joined, bold and where slanted ones are asked for', async () => {
    const [page = ''] = await readBack('<p>שלום עולם, מספר 12:30</p><p><i>حساسية</i> <b>دواء</b> ۱۲۳</p>')
    expect(page).to.include('שלום עולם, מספר 12:30').and.include('حساسية').and.include('دواء')
    expect(page).to.not.include('U+')
  })

  it('names the letters that its fonts do not have, and loses none', async () => {
    const [page] = await readBack('<p>Name: 李小龍 \u{1f984}</p>')
    expect(page).to.include('[U+674E][U+5C0F][U+9F8D]').and.include('[U+1F984]')
    expect(page).to.include('Letters shown by their code: U+1F984, U+5C0F, U+674E, U+9F8D')
  })

  it('carries a long table over its pages, each with the table’s head', async () => {
    const rows = Array.from({ length: 90 }, (_each, at) => `<tr><td>row-${String(at)}</td><td>value</td></tr>`).join('')
    const pages = await readBack(`<table><thead><tr><th>Medicine</th><th>Dose</th></tr></thead>${rows}</table>`)
    expect(pages.length).to.be.greaterThan(2)
    for (const page of pages) expect(page).to.include('Medicine')
    const all = pages.join('\n')
    for (let at = 0; at < 90; at += 1) expect(all).to.match(new RegExp(`row-${String(at)}\\b`))
  })

  it('carries a cell over its pages that is longer than one', async () => {
    const long = Array.from({ length: 900 }, (_each, at) => `w${String(at)}`).join('<br>')
    const pages = await readBack(`<table><tr><td>left</td><td>${long}</td></tr></table>`)
    expect(pages.length).to.be.greaterThan(10)
    const all = pages.join('\n')
    for (let at = 0; at < 900; at += 1) expect(all).to.match(new RegExp(`w${String(at)}\\b`))
  })

  it('breaks a word that is longer than a line, and loses no letter of it', async () => {
    const word = 'abcdefghij'.repeat(40)
    const pages = await readBack(`<p>${word}</p>`)
    expect(pages.join('').replace(/\s/g, '')).to.include(word)
  })

  it('shows a signature that was drawn, and says where a picture is none', async () => {
    const red = await sharp({ create: { width: 300, height: 80, channels: 4, background: '#ff0000' } })
      .png()
      .toBuffer()
    const html = `<p><img alt="Signature" src="data:image/png;base64,${red.toString('base64')}"></p>
      <p><img src="data:image/png;base64,AAAA"> <img src="https://example.org/x.png" alt="a map"></p>`
    const pdf = await htmlToPdf(input(html))
    const [text] = await textOfPages(pdf)
    expect(text).to.include('[A picture]').and.include('[a map]')
    const { pages } = await pagePictures(pdf)
    const [first = Buffer.alloc(0)] = pages
    const { data, info } = await sharp(first).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    let reds = 0
    for (let at = 0; at < data.length; at += info.channels) {
      if ((data[at] ?? 0) > 200 && (data[at + 1] ?? 255) < 60 && (data[at + 2] ?? 255) < 60) reds += 1
    }
    // 300 × 80 pixels are 225 × 60 points, painted at 1.7.
    expect(reds).to.be.within(225 * 60 * 1.7 * 1.7 * 0.9, 225 * 60 * 1.7 * 1.7 * 1.1)
  })

  it('is told to who listens: its language, its headings and its table’s cells', async () => {
    const pdf = await htmlToPdf(input('<h1>Consent</h1><p>Text</p><table><tr><th>A</th><td>b</td></tr></table>'))
    const source = pdf.toString('latin1')
    for (const said of ['/Lang (en)', '/S /H1', '/S /P', '/S /Table', '/S /TH', '/S /TD', '/Marked true']) {
      expect(source).to.include(said)
    }
  })

  it('is not stopped by what was nested to break it', async () => {
    const pages = await readBack(
      `${'<div>'.repeat(5000)}deep${'</div>'.repeat(5000)}${'<table><tr><td>'.repeat(300)}inner`,
    )
    expect(pages.join(' ')).to.include('deep').and.include('inner')
  })

  it('refuses to paint what is no PDF, and paints the next', async () => {
    const failed = await pagePictures(Buffer.from('not a PDF')).catch((error: unknown) => error)
    expect(failed).to.be.instanceOf(Error)
    const { count, pages } = await pagePictures(await htmlToPdf(input('<p>Fine</p>')))
    expect([count, pages.length]).to.deep.equal([1, 1])
  })

  it('that was made to be painted for ever is given up alone: those behind it are painted, and others are made meanwhile', async () => {
    const painting = laneOf({ withinMs: 8000, waitingMost: 4 })
    const paint = (pdf: Buffer) => painting.ask({ kind: 'pictures', pdf, from: 0, most: 1 })
    const fine = await htmlToPdf(input('<p>Fine</p>'))
    await paint(fine)
    const slow = paint(await neverPainted()).catch((error: unknown) => error)
    const [behind, made] = [paint(fine), htmlToPdf(input('<p>Mine</p>'))]
    const first = await Promise.race([made.then(() => 'made'), slow.then(() => 'given up')])
    expect(first, 'what somebody sends is made while the other hangs').to.equal('made')
    const failed = await slow
    expect(failed).to.be.instanceOf(Error).and.not.instanceOf(PaperRefused)
    expect(await behind).to.have.property('pictures')
    // More than may wait are told so at once.
    const many = Array.from({ length: 6 }, () => paint(fine).catch((error: unknown) => error))
    const told = (await Promise.all(many)).filter((each) => each instanceof Error)
    expect(told.map(String)).to.deep.equal(['Error: 4 documents are waiting already'])
  })
})

/** Small, and dashed so finely that no page of it is ever done. */
function neverPainted(): Promise<Buffer> {
  const drawing = new PDFDocument({ autoFirstPage: false })
  const parts: Buffer[] = []
  const curves = Array.from({ length: 400 }, (_each, at) => {
    const i = String(at)
    return `${i} 0 m 0 3000 3000 0 ${i} 3000 c 3000 ${i} ${i} 0 3000 3000 c S`
  })
  return new Promise((resolve) => {
    drawing.on('data', (part: Buffer) => parts.push(part))
    drawing.on('end', () => {
      resolve(Buffer.concat(parts))
    })
    drawing.addPage({ size: [3000, 3000] })
    drawing.addContent('5 w [0.01 0.01] 0 d')
    drawing.addContent(curves.join('\n'))
    drawing.end()
  })
}
