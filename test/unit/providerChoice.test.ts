import { expect } from 'chai'
import type { Provider } from '../../module/host/calendar.js'
import { chosenAmong, SHOWN_MOST } from '../../module/features/appointments/patient/providerChoice.js'

const person = (id: number, name: string, facilityName = 'North'): Provider => ({
  ...{ id, name, facilityName },
  ...{ username: `user.${String(id)}`, facilityId: 1, facilityPhone: '' },
})

/** A to Z in two places; the last is somebody whose name has accents. */
const many = [
  ...Array.from({ length: 60 }, (_, at) =>
    person(at + 1, `Doctor Number${String(at + 1)}`, at % 2 ? 'South' : 'North'),
  ),
  person(61, 'José Núñez Ortega', 'South'),
]

describe('Whom a patient chooses from', () => {
  it('is everybody, where there are few', () => {
    const few = many.slice(0, SHOWN_MOST)
    expect(chosenAmong(few, '3', 'nobody')).to.deep.equal({ provider: few[2], shown: few, notes: [] })
    expect(chosenAmong(few, '61').provider).to.equal(undefined)
  })

  it('is whom they have and those of the same place, where there are many', () => {
    const { provider, shown, search } = chosenAmong(many, '61')
    expect(provider?.id).to.equal(61)
    expect(shown).to.have.length(SHOWN_MOST)
    expect(shown.filter(({ facilityName }) => facilityName === 'South')).to.have.length(31)
    expect(shown.at(-1)?.id, 'in the practice’s order').to.equal(61)
    expect(search).to.deep.equal({ who: '', count: 61 })
  })

  it('is who has the name that was typed, without accents and capitals, each word from its beginning', () => {
    for (const who of ['nunez', 'ORT', ' José  nu', 'Ortega, Jose']) {
      const { provider, shown, notes } = chosenAmong(many, '1', who)
      expect(provider?.id, who).to.equal(61)
      expect(shown, who).to.have.length(1)
      expect(notes, who).to.deep.equal([])
    }
    expect(chosenAmong(many, '1', 'unez').notes, 'the middle of a word').to.have.length(1)
  })

  it('stays whom they chose among those of the name, and is whom they had where nobody has it', () => {
    expect(chosenAmong(many, '7', 'number').provider?.id).to.equal(7)
    const { provider, shown, notes } = chosenAmong(many, '7', 'Quincy')
    expect(provider?.id).to.equal(7)
    expect(shown).to.have.length(SHOWN_MOST).and.to.include(many[6])
    expect(notes).to.deep.equal([{ key: 'appointments.choose.nobodyCalled', name: 'Quincy' }])
  })

  it('is never more than one list holds, and whom they chose is always in it', () => {
    for (const { id } of many) {
      const { shown } = chosenAmong(many, String(id), 'number')
      expect(shown.length).to.be.at.most(SHOWN_MOST)
      if (id !== 61)
        expect(
          shown.some((each) => each.id === id),
          String(id),
        ).to.equal(true)
    }
  })
})
