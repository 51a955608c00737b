/** Which answers keep a filled document from being sent. */
import { expect } from 'chai'
import { missingIn } from '../../module/features/documents/filling/answers.js'
import type { Field } from '../../module/features/documents/directives.js'

const field = (kind: Field['kind'], required = false): Field => ({
  ...{ name: 'text_input0', kind, required, by: 'patient', label: 'Since', number: 1 },
})
const said = (kind: Field['kind'], value: string, required = false) =>
  missingIn([field(kind, required)], { text_input0: value }, new Map())['text_input0']

describe('A day in a document', () => {
  it('is taken as a browser writes it, and as the EMR’s own pickers do, month or day first', () => {
    for (const day of ['2026-02-28', '2024-02-29', '2/28/2026', '28/2/2026', '28.02.2026', '12-31-2026']) {
      expect(said('date', day), day).to.equal(undefined)
    }
  })

  it('is sent back where there is no such day, whichever way it is read', () => {
    for (const day of [
      '2026-02-29',
      '2026-13-01',
      '31/31/2026',
      '30/2/2026',
      '2/30/2026',
      '0/1/2026',
      '1/1/26',
      'soon',
    ]) {
      expect(said('date', day), day).to.equal('filling.notADay')
    }
  })

  it('with a time is one of both', () => {
    for (const moment of ['2026-02-28T08:00', '2026-02-28 08:00:59', '2/28/2026 8:00', '02/28/2026 08:00 PM']) {
      expect(said('moment', moment), moment).to.equal(undefined)
    }
    for (const moment of ['2026-02-30T08:00', '2026-02-28', '2026-02-28T24:00', '30/30/2026 8:00', '2/28/2026 8:60']) {
      expect(said('moment', moment), moment).to.equal('filling.notAMoment')
    }
  })

  it('may be left out unless it is asked for', () => {
    expect(said('date', '')).to.equal(undefined)
    expect(said('date', '', true)).to.equal('filling.missing.date')
  })
})
