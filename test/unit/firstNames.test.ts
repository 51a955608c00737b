/** Two accounts that stand for one child: of one parent who has two, or of two people whose names are near each other. */
import { expect } from 'chai'
import { oneFirstName } from '../../module/features/registration/staff/firstNames.js'

const ONE = `Catherine/Katherine Jon/John Ana/Anna Sara/Sarah Teresa/Theresa Guadalupe/Guadelupe Stephen/Steven Bill/William
  Catharine/Catherine María/Maria Esteban/Estevan Rosa/Rosa Philip/Phillip Elisabeth/Elizabeth`

const TWO = `Maria/Mario Jose/Josefa Juan/Juana Daniel/Daniela Francisco/Francisca Christian/Christina Gabriel/Gabriela
  Martin/Martina Adrian/Adriana Mariano/Mariana Maria/Marta Luis/Luisa Carlos/Carlo Alejandra/Alejandro Alexandra/Alexander
  Julia/Julian Emilio/Emilia Andrea/Andres Valentin/Valentina Joan/Juan Maria/José`

describe('Two first names', () => {
  const pairs = (of: string) => of.split(/\s+/).map((pair) => pair.split('/') as [string, string])

  it('may be one person’s: spelled otherwise, a nickname, one slip in a long one', () => {
    for (const [one, other] of pairs(ONE)) {
      expect([oneFirstName(one, other), oneFirstName(other, one)], `${one} ${other}`).to.deep.equal([true, true])
    }
  })

  it('are two people’s, though one letter alone is another', () => {
    for (const [one, other] of [...pairs(TWO), ['', 'Maria'] as const]) {
      expect([oneFirstName(one, other), oneFirstName(other, one)], `${one} ${other}`).to.deep.equal([false, false])
    }
  })
})
