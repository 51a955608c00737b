/** What a patient sent is checked: for viruses, and pictures are encoded anew. */
import { expect } from 'chai'
import sharp from 'sharp'
import { checkUploads } from '../../module/features/documents/uploads/checking.js'
import { EICAR, type Clamd } from '../support/clamd.js'
import { pdfOf, storeOf } from '../support/files.js'
import type { TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { openUploading, type Uploading } from './uploading.js'

describe('Files that a patient sends, when they are checked,', function () {
  this.timeout(60_000)
  let uploading: Uploading
  let practice: TestPractice
  let peer: Clamd
  let maria: Visitor
  let send: Uploading['send']
  let submissions: Uploading['submissions']
  let stored: Uploading['stored']

  before(async () => {
    uploading = await openUploading()
    ;({ maria, peer, practice, send, stored, submissions } = uploading)
  })
  after(() => uploading.leave())
  beforeEach(() => Object.assign(peer.manner, { silent: false, mute: false, most: Infinity }))

  it('with a virus are removed; its sender reads so in plain words, and nothing reaches staff', async () => {
    const before = await submissions()
    const answer = await send([{ name: 'invoice.pdf', bytes: Buffer.concat([pdfOf('x', 70_000), Buffer.from(EICAR)]) }])
    const page = await maria.get(answer.location)
    expect(page.body).to.include('found a virus').and.include('Refused').and.include('invoice.pdf')
    expect(await submissions()).to.deep.equal(before)
    const { rows, files } = await storeOf(practice)
    expect(rows.filter(({ kept_by }) => kept_by?.startsWith('upload:'))).to.deep.equal([])
    expect(files.length).to.equal(rows.length)
  })

  it('beside one with a virus are sent all the same', async () => {
    const answer = await send([
      { name: 'good.pdf', bytes: pdfOf('good') },
      { name: 'bad.csv', bytes: Buffer.from(`a,b\n${EICAR.replaceAll(',', ';')},1\n`) },
    ])
    const page = await maria.get(answer.location)
    expect(page.body)
      .to.include('Waiting for the practice')
      .and.include('no virus was found in it')
      .and.include('found a virus')
    expect((await submissions()).at(-1)?.title).to.equal('good.pdf')
  })

  it('wait until the scanner answers, and say so: nothing passes unscanned where there is a scanner', async () => {
    peer.manner.mute = true
    const before = await submissions()
    const answer = await send([{ name: 'later.pdf', bytes: pdfOf('later') }])
    expect((await maria.get(answer.location)).body)
      .to.include('Being checked')
      .and.include('hx-trigger="every 3s"')
    expect(await submissions()).to.deep.equal(before)

    await checkUploads.run(practice.portal)
    expect(await submissions(), 'not asked again at once').to.deep.equal(before)
    peer.manner.mute = false
    practice.clock.set('2026-11-23T08:01:00')
    await checkUploads.run(practice.portal)
    expect((await submissions()).at(-1)).to.include({ title: 'later.pdf', scan: 'clean', state: 'waiting' })
    const standing = await maria.get(`${answer.location}/standing`)
    expect(standing.body).to.include('Waiting for the practice').and.not.include('every 3s')
  })

  it('too large for the scanner are refused, not waved through', async () => {
    peer.manner.most = 100_000
    const answer = await send([{ name: 'long.pdf', bytes: pdfOf('long', 300_000) }])
    expect(answer.status, answer.body).to.equal(303)
    // A scanner that has had enough hangs up: now and then its last word is lost with the line, and it is asked again.
    for (let minute = 2; minute < 7 && (await maria.get(answer.location)).body.includes('Being checked'); minute += 1) {
      practice.clock.set(`2026-11-23T08:0${String(minute)}:00`)
      await checkUploads.run(practice.portal)
    }
    expect((await maria.get(answer.location)).body).to.include('too large to be checked for viruses')
  })

  it('as pictures are passed on without where they were taken', async () => {
    const taken = await sharp({ create: { width: 30, height: 10, channels: 3, background: '#888' } })
      .withExif({ IFD0: { Make: 'Telephone of Maria' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
      .jpeg()
      .toBuffer()
    await send([{ name: 'card.JPG', bytes: taken }])
    const { file_id: fileId, title } = (await submissions()).at(-1) ?? { file_id: 0 }
    const { bytes, type } = await stored(fileId ?? 0)
    expect([title, type]).to.deep.equal(['card.JPG', 'image/jpeg'])
    const kept = await sharp(bytes).metadata()
    expect([kept.width, kept.height, kept.exif]).to.deep.equal([30, 10, undefined])
    const { rows, files } = await storeOf(practice)
    expect(files.length, 'the one that was sent is gone').to.equal(rows.length)
  })

  describe('and a picture among them cannot be prepared', () => {
    const picture = () =>
      sharp({ create: { width: 30, height: 10, channels: 3, background: '#080' } })
        .jpeg()
        .toBuffer()
    let minutes = 20
    /** The job comes again, after its longest pause; Maria looks meanwhile, and stays signed in. */
    const again = async () => {
      minutes += 11
      practice.clock.set(
        `2026-11-23T${String(8 + Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}:00`,
      )
      await maria.get(`/portal/records/${practice.records.maria}`)
      await checkUploads.run(practice.portal)
    }
    /** As where the machine has no room for another process. */
    const failing = async (work: () => Promise<void>) => {
      process.execArgv.push('--no-such-option')
      try {
        await work()
      } finally {
        process.execArgv.pop()
      }
    }
    after(() => practice.clock.set('2026-11-23T08:00:00'))

    it('waits on, however long the scanner was silent before, and is taken once it can be', async () => {
      peer.manner.mute = true
      const { location } = await send([{ name: 'patience.jpg', bytes: await picture() }])
      for (let time = 0; time < 9; time += 1) await again()
      peer.manner.mute = false
      await failing(again)
      expect((await maria.get(location)).body).to.include('Being checked')
      await again()
      expect((await maria.get(location)).body).to.include('Waiting for the practice')
      expect((await submissions()).at(-1)).to.include({ title: 'patience.jpg', scan: 'clean' })
    })

    it('is refused after eight times as what it is: the server’s fault, and not the picture’s', async () => {
      let location = ''
      const bytes = await picture()
      await failing(async () => {
        ;({ location } = await send([{ name: 'sound.jpg', bytes }]))
        for (let time = 1; time < 7; time += 1) await again()
      })
      expect((await maria.get(location)).body, 'seven times').to.include('Being checked')
      await failing(again)
      const { body } = await maria.get(location)
      expect(body)
        .to.include('Our server could not prepare this picture')
        .and.not.include('cannot be shown as a picture')
      const { files, rows } = await storeOf(practice)
      expect(files.length).to.equal(rows.length)
    })
  })

  it('with a virus that is found only later are told of in a letter without a word of it', async () => {
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE foyer_accounts SET email = 'maria@example.org', email_verified_at = '2026-11-01' WHERE id = :id`,
        { id: practice.accounts.maria },
      ),
    )
    const letters = () =>
      practice.db.select<{ account_id: number; facts: object }>(
        `SELECT account_id, facts FROM foyer_letters WHERE kind = 'upload.refused' ORDER BY id`,
      )
    const sick = { name: 'Biopsy of Maria.csv', bytes: Buffer.from(`a,b\n${EICAR},1\n`) }
    await send([sick])
    expect(await letters(), 'who reads it at once is not written to').to.deep.equal([])
    peer.manner.mute = true
    const { location } = await send([{ ...sick, bytes: Buffer.concat([sick.bytes, Buffer.from('2,2\n')]) }])
    peer.manner.mute = false
    practice.clock.set('2026-11-23T08:20:00')
    await checkUploads.run(practice.portal)
    const batch = location.split('/').at(-1)
    expect(await letters()).to.deep.equal([
      { account_id: practice.accounts.maria, facts: { batch, record: practice.records.maria } },
    ])
    expect((await maria.get(location)).body).to.include('found a virus')
  })
})
