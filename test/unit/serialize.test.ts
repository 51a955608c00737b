import { expect } from 'chai'
import fc from 'fast-check'
import { phpFields, phpSerialize, phpUnserialize } from '../../module/host/php/serialize.js'
import type { PhpValue, PhpWritable } from '../../module/host/php/serialize.js'

describe("the host's serialized columns", () => {
  describe('are written byte for byte as PHP does', () => {
    it("as the location of a portal's request", () => {
      const location = {
        event_location: null,
        event_street1: null,
        event_street2: null,
        event_city: null,
        event_state: null,
        event_postal: null,
      }
      expect(phpSerialize(location)).to.equal(
        'a:6:{s:14:"event_location";N;s:13:"event_street1";N;s:13:"event_street2";N;s:10:"event_city";N;' +
          's:11:"event_state";N;s:12:"event_postal";N;}',
      )
    })

    it("as the recurrence of a portal's single appointment", () => {
      const recurrence = {
        event_repeat_freq: null,
        event_repeat_freq_type: '0',
        event_repeat_on_num: '1',
        event_repeat_on_day: '0',
        event_repeat_on_freq: '1',
      }
      expect(phpSerialize(recurrence)).to.equal(
        'a:5:{s:17:"event_repeat_freq";N;s:22:"event_repeat_freq_type";s:1:"0";s:19:"event_repeat_on_num";s:1:"1";' +
          's:19:"event_repeat_on_day";s:1:"0";s:20:"event_repeat_on_freq";s:1:"1";}',
      )
    })

    const examples: [string, PhpWritable, string][] = [
      ['a name by its bytes', 'José 李', 's:9:"José 李";'],
      ['a quotation mark as it is', 'a"b;', 's:4:"a"b;";'],
      ['an empty text', '', 's:0:"";'],
      ['a list with its positions', ['a', 'b'], 'a:2:{i:0;s:1:"a";i:1;s:1:"b";}'],
      [
        'a key that is a whole number as one',
        { 7: true, '07': false, '-1': null },
        'a:3:{i:7;b:1;s:2:"07";b:0;i:-1;N;}',
      ],
      ['an empty list', [], 'a:0:{}'],
      ['whole numbers', -42, 'i:-42;'],
      ['fractions', 0.1, 'd:0.1;'],
      ['large ones', 1e25, 'd:1.0E+25;'],
      ['small ones', 0.00001, 'd:1.0E-5;'],
      ['smaller ones', -1.5e-7, 'd:-1.5E-7;'],
      ['those just large enough for figures', 0.0001, 'd:0.0001;'],
      ['infinity', -Infinity, 'd:-INF;'],
      ['a negative zero', -0, 'd:-0;'],
    ]
    for (const [what, value, text] of examples) {
      it(what, () => {
        expect(phpSerialize(value)).to.equal(text)
        expect(phpSerialize(phpUnserialize(text) as PhpWritable)).to.equal(text)
      })
    }

    it('but not deeper than they could be read again', () => {
      expect(phpUnserialize(phpSerialize(nested(32)))).to.not.equal(undefined)
      expect(() => phpSerialize(nested(33))).to.throw(RangeError)
    })

    it('nor longer', () => {
      expect(() => phpSerialize('x'.repeat(4 * 1024 * 1024))).to.throw(RangeError)
    })
  })

  describe('are read', () => {
    it('with names of two and four bytes a character', () => {
      expect(phpUnserialize('a:1:{s:4:"naïf";s:4:"😀";}')).to.equal(undefined)
      expect(phpUnserialize('a:1:{s:5:"naïf";s:4:"😀";}')).to.deep.equal(new Map([['naïf', '😀']]))
    })

    it('in their order', () => {
      const read = phpUnserialize('a:3:{s:1:"b";i:1;i:5;i:2;s:1:"a";i:3;}')
      expect([...(read as Map<string | number, PhpValue>)]).to.deep.equal([
        ['b', 1],
        [5, 2],
        ['a', 3],
      ])
    })

    it('without meaning anything by __proto__', () => {
      const read = phpUnserialize('a:1:{s:9:"__proto__";a:1:{s:8:"polluted";b:1;}}')
      expect(read).to.be.instanceOf(Map)
      expect(({} as { polluted?: boolean }).polluted).to.equal(undefined)
    })

    it('and what follows a whole value is ignored, as in PHP', () => {
      expect(phpUnserialize('i:1;\n')).to.equal(1)
    })

    it('a field at a time', () => {
      const field = phpFields('a:3:{s:1:"a";s:1:"1";s:1:"b";N;s:1:"c";i:7;}')
      expect(['a', 'b', 'c', 'd'].map((name) => field?.(name))).to.deep.equal(['1', undefined, '7', undefined])
      expect(phpFields('s:1:"a";')).to.equal(undefined)
    })
  })

  describe('are refused without a throw', () => {
    const refused: [string, string | null][] = [
      ['nothing', null],
      ['an empty text', ''],
      ['an object', 'O:8:"stdClass":0:{}'],
      ['an object of a class of its own', 'C:3:"Foo":2:{{}}'],
      ['a reference', 'a:2:{i:0;i:1;i:1;R:2;}'],
      ['a reference to an object', 'a:1:{i:0;r:1;}'],
      ['an enumeration', 'E:11:"Suit:Hearts";'],
      ['an object inside an array', 'a:1:{s:1:"a";O:8:"stdClass":0:{}}'],
      ['a length in characters', 's:4:"José";'],
      ['a length that cuts a character', 's:1:"é";'],
      ['a length that reaches past the end', 's:900000000:"a";'],
      ['a length below zero', 's:-1:"";'],
      ['more items than there are', 'a:2:{i:0;i:1;}'],
      ['fewer items than there are', 'a:0:{i:0;i:1;}'],
      ['a billion items', 'a:999999999:{}'],
      ['an array for a key', 'a:1:{a:0:{}i:1;}'],
      ['a fraction for a key', 'a:1:{d:1.5;i:1;}'],
      ['nothing for a key', 'a:1:{N;i:1;}'],
      ['a number larger than JavaScript holds', 'i:9007199254740993;'],
      ['a number in words', 'i:ten;'],
      ['a number without an end', 'i:1'],
      ['a third truth', 'b:2;'],
      ['a fraction in hexadecimal', 'd:0x1p3;'],
      ['JSON', '{"a":1}'],
      ['an unquoted text', 's:1:a;'],
      ['33 levels', `${'a:1:{i:0;'.repeat(33)}N;${'}'.repeat(33)}`],
      ['a hundred thousand levels', 'a:1:{i:0;'.repeat(100_000)],
      ['a hundred thousand levels of keys', 'a:1:{'.repeat(100_000)],
      ['four megabytes', `s:4194304:"${'x'.repeat(4_194_304)}";`],
    ]
    for (const [what, text] of refused) {
      it(what, () => expect(phpUnserialize(text)).to.equal(undefined))
    }

    it('whatever the text', () => {
      const pieces = fc.constantFrom(
        'a:1:{',
        'a:2:{',
        '}',
        's:1:"',
        '"',
        ';',
        'i:0;',
        'N;',
        'b:1;',
        'd:',
        'x',
        'é',
        'O:1:',
        '-1',
      )
      const text = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(pieces, { maxLength: 30 }).map((some) => some.join('')),
      )
      fc.assert(
        fc.property(text, (any) => {
          phpUnserialize(any)
        }),
        { numRuns: 5000 },
      )
    })

    it('when cut short anywhere', () => {
      fc.assert(
        fc.property(value(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (any, where) => {
          const bytes = Buffer.from(phpSerialize(any as PhpWritable))
          const cut = bytes.subarray(0, Math.floor(bytes.length * where)).toString('utf8')
          expect(phpUnserialize(cut)).to.equal(undefined)
        }),
        { numRuns: 1000 },
      )
    })
  })

  it('are read as what was written', () => {
    fc.assert(
      fc.property(value(), (any) => {
        expect(phpUnserialize(phpSerialize(any))).to.deep.equal(any)
      }),
      { numRuns: 300 },
    )
  })
})

/** Values as phpUnserialize gives them. */
function value(): fc.Arbitrary<PhpValue> {
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
  const scalar = fc.oneof(fc.constant(null), fc.boolean(), fc.maxSafeInteger(), fc.double(), text)
  const key = fc.oneof(
    fc.maxSafeInteger(),
    text.filter((some) => !/^(0|-?[1-9]\d*)$/.test(some)),
  )
  const { any } = fc.letrec<{ any: PhpValue }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      scalar,
      fc.array(fc.tuple(key, tie('any')), { maxLength: 4 }).map((items) => new Map(items)),
    ),
  }))
  return any
}

function nested(levels: number): PhpWritable {
  return levels === 0 ? null : [nested(levels - 1)]
}
