/** The one rule of what is shown of a chart, on its own: whatever the item and whoever looks. */
import { expect } from 'chai'
import { canSee, whyHidden, type Releasable, type Viewer } from '../../module/access/release.js'
import { seededRandom, type Random } from '../../module/demo/random.js'

const NOW = '2026-11-23 08:00:00'
const HIGH = 'sensitivities|high'
const ROUNDS = 8000

describe('What is shown of a chart', () => {
  const random = seededRandom(11_284)
  const rounds = Array.from({ length: ROUNDS }, () => ({ item: anItem(random), viewer: aViewer(random) }))

  it('is of this chart and not deleted, whoever looks', () => {
    for (const { item, viewer } of rounds) {
      if (canSee(viewer, item)) expect(item).to.include({ pid: viewer.pid, deleted: false })
    }
    expect(rounds.some(({ item, viewer }) => canSee(viewer, item))).to.equal(true)
  })

  it('is, to a patient, exactly what is shared, lasts, and is in what the grant opens', () => {
    for (const { item, viewer } of rounds) {
      if (viewer.kind !== 'patient') continue
      const lasts = item.expiresAt === undefined || item.expiresAt > NOW
      const shared = item.ruling === undefined || item.ruling.shared
      const level = item.sensitivity !== undefined || item.categories.some(({ acoSpec }) => acoSpec === HIGH)
      const open = !level || viewer.maySensitive || item.ruling?.shared === true
      const expected = viewer.mayView && viewer.pid === item.pid && !item.deleted && shared && lasts && open
      expect(canSee(viewer, item)).to.equal(expected)
      expect(whyHidden(viewer, item) === undefined).to.equal(expected)
    }
  })

  it('is, to staff, what the EMR opens to them: what a patient is kept from, too', () => {
    for (const { item, viewer } of rounds) {
      if (viewer.kind !== 'staff') continue
      const opens = item.categories.length === 0 || item.categories.some(({ acoSpec }) => viewer.specs.has(acoSpec))
      const level = item.sensitivity === undefined || viewer.specs.has(`sensitivities|${item.sensitivity}`)
      expect(canSee(viewer, item)).to.equal(opens && level && viewer.pid === item.pid && !item.deleted)
    }
  })

  it('is decided of each alone: another beside it changes nothing', () => {
    for (const { item, viewer } of rounds) {
      const beside = [anItem(random), item, anItem(random)]
      expect(beside.filter((each) => canSee(viewer, each)).includes(item)).to.equal(canSee(viewer, item))
    }
  })
})

function anItem(random: Random): Releasable {
  const one = <Value>(...values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value
  return {
    pid: one(1, 1, 1, 2),
    deleted: one(true, false, false, false),
    expiresAt: one(undefined, undefined, '2026-11-23 07:59:59', NOW, '2026-11-23 08:00:01', '2100-01-01 00:00:00'),
    categories: one(
      [],
      [{ acoSpec: 'patients|docs' }],
      [{ acoSpec: 'admin|super' }, { acoSpec: 'patients|demo' }],
      [{ acoSpec: 'sensitivities|normal' }],
      [{ acoSpec: 'patients|docs' }, { acoSpec: HIGH }],
    ),
    sensitivity: one(undefined, undefined, 'high', 'vip'),
    ruling: one(undefined, { shared: true }, { shared: false }),
  }
}

function aViewer(random: Random): Viewer {
  const one = <Value>(...values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value
  return one<Viewer>(
    {
      ...{ kind: 'patient', pid: one(1, 2, undefined), now: NOW },
      ...{ mayView: one(true, true, false), maySensitive: one(true, false) },
    },
    {
      ...{ kind: 'staff', pid: one(1, 2) },
      specs: new Set(one([], ['patients|docs'], ['patients|demo', 'admin|super'], ['patients|docs', HIGH])),
    },
  )
}
