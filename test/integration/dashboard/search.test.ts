import { expect } from 'chai'
import { searchPatients } from '../../../module/host/patients.js'
import { countStatements } from '../../../module/platform/database.js'
import { describeOnEverySite } from '../../support/database.js'
import { practiceDuring } from '../appointments/visits.js'

describeOnEverySite('patients are found', (site) => {
  const practice = practiceDuring(site)
  const names = async (typed: string, limit = 21) =>
    (await searchPatients(practice.db, typed, limit)).map(({ firstName, lastName }) => `${lastName}, ${firstName}`)

  it('by last or first name, by both in either order, by birth date, by both, by number', async () => {
    expect(await names('santos')).to.deep.equal(['Santos, Ana', 'Santos, Leo', 'Santos, Maria'])
    expect(await names('MAR')).to.deep.equal(['Santos, Maria'])
    expect(await names('maria santos')).to.deep.equal(['Santos, Maria'])
    expect(await names('santos, mar')).to.deep.equal(['Santos, Maria'])
    expect(await names('2011-09-14')).to.deep.equal(['Santos, Ana'])
    expect(await names('santos 2017-05-03')).to.deep.equal(['Santos, Leo'])
    expect(await names('2017-05-03, leo')).to.deep.equal(['Santos, Leo'])
    expect(await names('santos 2017-05-04')).to.deep.equal([])
    expect(await names(String(practice.patients.john))).to.deep.equal(['Carter, John'])
    expect(await names('  ')).to.deep.equal([])
  })

  it('each once, by name, and no more than are asked for', async () => {
    await practice.patient({ fname: 'Santos', lname: 'Santos' })
    expect(await names('santos')).to.deep.equal(['Santos, Ana', 'Santos, Leo', 'Santos, Maria', 'Santos, Santos'])
    expect(await names('santos', 2)).to.deep.equal(['Santos, Ana', 'Santos, Leo'])
  })

  it('with signs of the database’s own as what they are', async () => {
    await practice.patient({ fname: '100%', lname: 'O_Neil\\' })
    expect(await names('%')).to.deep.equal([])
    expect(await names('_')).to.deep.equal([])
    expect(await names('O_N')).to.deep.equal(['O_Neil\\, 100%'])
    expect(await names('O\'x" OR 1=1 --')).to.deep.equal([])
  })

  it('over an index, in its order, whatever is typed', async () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz'
    for (let at = 0; at < 300; at += 1) {
      const [one, other] = [letters[at % 26] ?? '', letters[(at * 7) % 26] ?? '']
      const dob = `19${String(20 + (at % 80))}-01-02`
      await practice.patient({ fname: `${other}fn${String(at)}`, lname: `${one}ln${String(at)}`, dob })
    }
    await practice.db.sequelize.query('ANALYZE TABLE patient_data')
    for (const typed of ['c', 'cln2', 'cln, vfn', 'vfn cln', '1950-01-02', 'cln 1950-01-02', '12']) {
      const { count } = await countStatements(() => searchPatients(practice.db, typed, 21))
      expect(count.sql, typed).to.have.length(1)
      const plan = await practice.db.select<{ table: string | null; type: string | null; key: string | null }>(
        `EXPLAIN ${count.sql[0] ?? ''}`,
      )
      const reads = plan.filter(({ table }) => table === 'patient_data')
      for (const { key, type } of reads) {
        expect(type, `${typed} ${JSON.stringify(plan)}`).to.match(/^(range|ref|const|eq_ref)/)
        expect(key, typed).not.to.equal(null)
      }
    }
  })
})
