import type { Queryable } from '../platform/database.js'

export interface Facility {
  name: string
  phone: string
}

/** The practice itself: the primary business entity, else its first facility. */
export async function practiceFacility(db: Queryable): Promise<Facility> {
  const row = await db.first<{ name: string | null; phone: string | null }>(
    `SELECT name, phone FROM facility ORDER BY primary_business_entity DESC, id LIMIT 1`,
  )
  return { name: row?.name ?? '', phone: row?.phone ?? '' }
}
