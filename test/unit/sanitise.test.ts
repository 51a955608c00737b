import { expect } from 'chai'
import fc from 'fast-check'
import { cleanHtml, holdsScript, refusalsIn } from '../../module/platform/sanitise.js'

describe('HTML that others wrote', () => {
  it('keeps what it says, and loses what runs', () => {
    const { html, refused } = cleanHtml(
      '<h1 style="text-align:center;color:red">Hi</h1><p onclick="x()">a &amp; b <a href="https://x.example/">link</a></p><iframe src=x>in</iframe>',
    )
    expect(html).to.equal('<h1 style="text-align:center">Hi</h1><p>a &amp; b <a href="https://x.example/">link</a></p>')
    expect(refused).to.deep.equal(['onclick', '<iframe>'])
  })

  it('says of each refusal what it is and in which line', () => {
    const text =
      '<p>\n<b onload=x>a</b>\n<a href="javascript:x">b</a>\n<img src="https://x.example/a.png">\n<script>x</script>'
    expect(refusalsIn(text)).to.deep.equal([
      { what: 'onload', why: 'handler', line: 2 },
      { what: 'javascript:', why: 'address', line: 3 },
      { what: '<img>', why: 'image', line: 4 },
      { what: '<script>', why: 'script', line: 5 },
    ])
  })

  it('refuses scripts as they stand and escaped, as the host does', () => {
    for (const text of [
      '<script>',
      '< SCRIPT src=x',
      '&lt;script&gt;',
      '&#60;script',
      '&#x3C;script',
      '%3Cscript%3E',
    ]) {
      expect(holdsScript(`a\n${text}`), text).to.equal(true)
      expect(refusalsIn(`a\n${text}`)[0], text).to.deep.include({ why: 'script', line: 2 })
    }
    expect(holdsScript('a description < b')).to.equal(false)
  })

  it('has nothing to refuse once it is clean', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.constantFrom(
              '<p>',
              '</b>',
              '<b>',
              '<td>',
              '<center>',
              '<iframe>',
              '<a onclick=x href="x">',
              '<p style="position:fixed">',
              '&',
              '"',
              '<a href="https://x/">',
            ),
          ),
        ),
        (pieces) => {
          const { html } = cleanHtml(pieces.join(''))
          expect(refusalsIn(html)).to.deep.equal([])
        },
      ),
    )
  })
})
