import type { Portal } from '../../access/portal.js'
import { calendarOffer } from '../../host/calendar.js'
import { day as dayOf } from '../../platform/clock.js'
import { endingsOf, uploadKinds } from '../../platform/mediaTypes.js'

export interface Choice {
  /** As it is stored. */
  value: string
  text: string
}

/** What a setting that is a list can hold on this site, by the setting's name. */
export type Choices = Readonly<Record<string, readonly Choice[]>>

/** Reads the site's own. One statement. */
export async function choicesOf({ clock, db, site }: Portal): Promise<Choices> {
  const { categories } = await calendarOffer(db, site, dayOf(clock.now()))
  return {
    // One without a constant can be requested where all kinds can.
    requestableCategories: categories
      .filter(({ constant }) => constant !== '')
      .map(({ constant, name }) => ({ value: constant, text: name })),
    uploadKinds: uploadKinds.map((kind) => ({ value: kind, text: endingsOf([kind]).join(', ') })),
  }
}
