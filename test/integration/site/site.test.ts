import { expect } from 'chai'
import { createSite, siteState, siteTables } from '../../../module/host/site/schema.js'
import { connectDatabase, type Database } from '../../../module/platform/database.js'
import { describeOnEverySite, describeOnSite, freshDatabase, type FreshDatabase } from '../../support/database.js'
import { difference, dumpRows, dumpSchema, type Dump } from '../../support/dump.js'

describeOnEverySite('a fresh site', (site) => {
  let fresh: FreshDatabase
  let db: Database

  before(async function () {
    this.timeout(30_000)
    fresh = await freshDatabase(site)
    db = connectDatabase({ url: fresh.url, zone: 'UTC' })
  })

  after(async () => {
    await db.close()
    await fresh.drop()
  })

  it('has a facility, an administrator who is in a group, and pseudo-users who cannot sign in', async () => {
    expect(await db.select(`SELECT id FROM facility`)).to.deep.equal([{ id: 1 }])
    expect(await db.select(`SELECT id, username, active FROM users ORDER BY id`)).to.deep.equal([
      { id: 1, username: 'admin', active: 1 },
      { id: 2, username: 'phimail-service', active: 0 },
      { id: 3, username: 'portal-user', active: 0 },
      { id: 4, username: 'oe-system', active: 0 },
    ])
    expect(await db.select(`SELECT id, username FROM users_secure`)).to.deep.equal([{ id: 1, username: 'admin' }])
    expect(await db.select(`SELECT name, user FROM \`groups\``)).to.deep.equal([{ name: 'Default', user: 'admin' }])
  })

  it("lets Administrators and Emergency Login into the portal's staff pages, and nobody else", async () => {
    const holders = await db.select(
      `SELECT g.value FROM gacl_aco_map m JOIN gacl_acl a ON a.id = m.acl_id AND a.allow = 1 AND a.enabled = 1
       JOIN gacl_aro_groups_map gm ON gm.acl_id = a.id JOIN gacl_aro_groups g ON g.id = gm.group_id
       WHERE m.section_value = 'patientportal' AND m.value = 'portal' ORDER BY g.value`,
    )
    expect(holders).to.deep.equal([{ value: 'admin' }, { value: 'breakglass' }])
    const people = await db.select(
      `SELECT o.value, g.value AS grp FROM gacl_aro o JOIN gacl_groups_aro_map m ON m.aro_id = o.id
       JOIN gacl_aro_groups g ON g.id = m.group_id ORDER BY o.id`,
    )
    expect(people).to.deep.equal([
      { value: 'admin', grp: 'admin' },
      { value: 'oe-system', grp: 'admin' },
    ])
  })

  it("has the host's eighteen appointment statuses and fifteen categories, Office Visit for fifteen minutes", async () => {
    const [{ statuses } = { statuses: 0 }] = await db.select<{ statuses: number }>(
      `SELECT COUNT(*) AS statuses FROM list_options WHERE list_id = 'apptstat' AND activity = 1`,
    )
    expect(statuses).to.equal(18)
    const names = await db.select<{ name: string }>(`SELECT pc_catname AS name FROM openemr_postcalendar_categories`)
    expect(names).to.have.lengthOf(15)
    const visit = await db.first(
      `SELECT pc_catname, pc_duration, pc_cattype FROM openemr_postcalendar_categories WHERE pc_catid = 5`,
    )
    expect(visit).to.deep.equal({ pc_catname: 'Office Visit', pc_duration: 900, pc_cattype: 0 })
  })

  it('is a portal site: switched on, with a slot length and a version', async () => {
    const settings = await db.select<{ gl_name: string; gl_value: string }>(
      `SELECT gl_name, gl_value FROM globals WHERE gl_name IN ('portal_onsite_two_enable', 'calendar_interval') ORDER BY gl_name`,
    )
    expect(settings).to.deep.equal([
      { gl_name: 'calendar_interval', gl_value: '15' },
      { gl_name: 'portal_onsite_two_enable', gl_value: '1' },
    ])
    const { v_major: major = 0 } = (await db.first<{ v_major: number }>(`SELECT v_major FROM version`)) ?? {}
    expect(String(major)).to.equal(site === 'demo' ? '8' : site.slice(0, 1))
  })
})

describeOnSite('OpenEMR 7.0.1, built backwards', '7.0.1', (site) => {
  it('has nothing that came with 7.0.2 and 7.0.3, and is otherwise 7.0.3', async function () {
    this.timeout(30_000)
    const [old, newer] = await Promise.all([columnsOf(site), columnsOf('7.0')])
    const added = [...newer].filter((column) => !old.has(column))
    expect([...old].filter((column) => !newer.has(column))).to.be.empty
    expect(added).to.include.members(['users_secure.last_login_fail', 'patient_data.preferred_name'])
    expect(added).to.include.members(['onetime_auth.scope', 'ip_tracking.ip_string', 'onsite_documents.template_data'])
    expect([...old]).to.include.members(['onetime_auth.onetime_token', 'openemr_postcalendar_events.uuid'])
  })
})

describeOnSite("the demo practice's site", '8.2', (real) => {
  let sites: { fresh: FreshDatabase; db: Database }[]

  before(async function () {
    this.timeout(30_000)
    sites = []
    for (const site of ['demo', real] as const) {
      const fresh = await freshDatabase(site)
      sites.push({ fresh, db: connectDatabase({ url: fresh.url, zone: 'UTC' }) })
    }
  })

  after(async () => {
    for (const { db, fresh } of sites) {
      await db.close()
      await fresh.drop()
    }
  })

  it("has each of its tables in the host's own shape: types, defaults, keys", async () => {
    const [demo, host] = await Promise.all(sites.map(({ db }) => dumpSchema(db)))
    const surplus = difference(onlyDemoTables(host), sortedLines(demo)).filter((line) => line.startsWith('+'))
    expect(surplus).to.be.empty
  })

  it("gives each group the rights that the host's installer gives", async () => {
    const [demo, host] = await Promise.all(sites.map(({ db }) => rightsIn(db)))
    // The facts' rows come from a 7.0.1; that one went with allow_multiple_databases.
    expect(demo).to.deep.equal(host?.filter((right) => !right.endsWith('admin|multipledb')))
  })

  it("has the host's statuses and categories, word for word", async () => {
    const [demo, host] = await Promise.all(sites.map(({ db }) => wordsIn(db)))
    expect(demo).to.deep.equal(host)
  })
})

describe("making the demo practice's site", () => {
  let fresh: FreshDatabase
  let db: Database

  before(async () => {
    fresh = await freshDatabase('demo')
    db = connectDatabase({ url: fresh.url, zone: 'UTC' })
  })

  after(async () => {
    await db.close()
    await fresh.drop()
  })

  it('is refused where a site is, which stays as it was', async () => {
    const before = { schema: await dumpSchema(db), rows: await dumpRows(db) }
    const error = await createSite(db).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).to.be.instanceOf(Error).with.property('message').that.includes('Not an empty database')
    expect(difference(before.schema, await dumpSchema(db))).to.be.empty
    expect(difference(before.rows, await dumpRows(db))).to.be.empty
  })

  it('tells a made site from one that was half made and from none', async () => {
    expect(await siteState(db)).to.equal('made')
    await db.transaction((tx) => tx.change(`DELETE FROM version`))
    expect(await siteState(db)).to.equal('half-made')
    const tables = Object.keys(siteTables)
    await db.sequelize.query(`DROP TABLE \`${tables[0] ?? ''}\``)
    expect(await siteState(db)).to.equal('half-made')
    for (const table of tables) await db.sequelize.query(`DROP TABLE IF EXISTS \`${table}\``)
    expect(await siteState(db)).to.equal('none')
  })

  it('takes settings that differ from the defaults', async () => {
    await createSite(db, { gbl_time_zone: 'America/New_York', enforce_signin_email: '1' })
    const zone = await db.first(`SELECT gl_value FROM globals WHERE gl_name = 'gbl_time_zone'`)
    expect(zone).to.deep.equal({ gl_value: 'America/New_York' })
  })
})

async function columnsOf(site: '7.0' | '7.0.1'): Promise<Set<string>> {
  const fresh = await freshDatabase(site)
  const db = connectDatabase({ url: fresh.url, zone: 'UTC' })
  const rows = await db.select<{ name: string }>(
    `SELECT CONCAT(table_name, '.', column_name) AS name FROM information_schema.columns WHERE table_schema = DATABASE()`,
  )
  await db.close()
  await fresh.drop()
  return new Set(rows.map(({ name }) => name))
}

/** The order of columns and keys says nothing; a line's comma depends on it. */
function sortedLines(dump: Dump | undefined): Dump {
  const tables = [...(dump ?? [])].map(
    ([name, lines]) => [name, lines.map((line) => line.replace(/,$/, '')).sort()] as const,
  )
  return new Map(tables)
}

function onlyDemoTables(dump: Dump | undefined): Dump {
  return new Map([...sortedLines(dump)].filter(([name]) => name in siteTables))
}

async function rightsIn(db: Database): Promise<string[]> {
  const rows = await db.select<{ held: string }>(
    `SELECT CONCAT(g.value, ' ', a.return_value, ' ', m.section_value, '|', m.value) AS held
     FROM gacl_acl a JOIN gacl_aro_groups_map gm ON gm.acl_id = a.id JOIN gacl_aro_groups g ON g.id = gm.group_id
     JOIN gacl_aco_map m ON m.acl_id = a.id
     JOIN gacl_aco o ON o.section_value = m.section_value AND o.value = m.value
     JOIN gacl_aco_sections s ON s.value = o.section_value
     WHERE a.allow = 1 AND a.enabled = 1`,
  )
  return rows.map(({ held }) => held).sort()
}

async function wordsIn(db: Database): Promise<unknown> {
  return {
    statuses: await db.select(
      `SELECT option_id, title, seq, notes, toggle_setting_1, toggle_setting_2 FROM list_options
       WHERE list_id = 'apptstat' ORDER BY seq`,
    ),
    categories: await db.select(
      `SELECT pc_catid, pc_constant_id, pc_catname, pc_catcolor, pc_recurrtype, pc_duration, pc_cattype, pc_end_all_day,
         pc_active, pc_seq, aco_spec FROM openemr_postcalendar_categories ORDER BY pc_catid`,
    ),
  }
}
