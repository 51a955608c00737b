/** What the chart calls somebody, and what they are to the patient here: ages end what a parent or a guardian may see. */
import { expect } from 'chai'
import { guardians } from '../../module/access/ages.js'
import { relationshipOf, standingFor } from '../../module/features/accounts/codes/recipients.js'

const said = (relationship: string) => ({ relationship, source: 'emergency' as const })

describe('A contact of a chart', () => {
  it('is what the word means, whatever stands around it', () => {
    const words = {
      mother: ['Mother', 'MTH', 'Foster mother', 'Biological Mother', 'step-mother', 'Mam\u00e1', 'ADOPTM', 'Madre'],
      father: ['father', 'Biological father', 'Pap\u00e1', 'STPFTH', 'padre'],
      guardian: [
        'Legal Guardian',
        'legal_guardian',
        'guardian',
        'PRN',
        'NPRN',
        'Parent',
        'foster parent',
        'padres',
        'tutora',
      ],
      spouse: ['spouse', 'Wife'],
      child: ['daughter', 'hijo'],
      proxy: ['POA'],
      other: ['grandmother', 'Godfather', 'mother-in-law', 'grandparent', 'godparents', 'aunt', 'neighbour', ''],
    }
    for (const [relationship, all] of Object.entries(words)) {
      for (const word of all) expect(relationshipOf(said(word)), word).to.equal(relationship)
    }
  })

  it('of a child stands for the child whatever the word, so that an age ends it; of an adult it does not', () => {
    for (const word of ['grandmother', 'aunt', 'Godfather', 'next of kin', '']) {
      expect(guardians).to.include(standingFor(said(word), true))
      expect(standingFor(said(word), false)).to.equal('other')
    }
    expect(standingFor(said('Mother'), true)).to.equal('mother')
    expect(standingFor(said('POA'), true)).to.equal('proxy')
  })
})
