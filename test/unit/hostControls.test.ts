/** A page of the host's own portal that was saved with its form's controls says what stands in them. */
import { expect } from 'chai'
import { controlsAsText } from '../../module/features/documents/filling/controls.js'

describe('A text of the host’s own portal', () => {
  const says: readonly (readonly [string, string, string])[] = [
    ['a line that was typed', '<p>Since <input type="text" name="text_input0" value="May"></p>', '<p>Since May</p>'],
    ['a line without a type or quotes', '<input value=May>', 'May'],
    ['an angle that was typed, as one', `<input value='a > b &lt; c <d'>`, 'a > b &lt; c &lt;d'],
    ['lines of a longer text', '<textarea rows="3">One\nTwo</textarea>', 'One<br>Two'],
    ['what is ticked, and what is not', '<input type="checkbox" checked><input type="radio">', '☑☐'],
    ['no tick where a value only speaks of one', '<input type="checkbox" value=" checked ">', '☐'],
    ['what was chosen', '<select><option>No</option><option selected="selected">Yes</option></select>', 'Yes'],
    [
      'the first of a list of which none was chosen',
      '<select><option value="">Choose</option><option>B</option></select>',
      'Choose',
    ],
    ['nothing that is hidden', '<input type="hidden" name="x" value="secret">', ''],
    [
      'everything else as it stands',
      '<p>I come for: <b>A cough</b> {TextInput}</p>',
      '<p>I come for: <b>A cough</b> {TextInput}</p>',
    ],
  ]
  for (const [what, html, text] of says) {
    it(`keeps ${what}`, () => {
      expect(controlsAsText(html)).to.equal(text)
    })
  }
})
