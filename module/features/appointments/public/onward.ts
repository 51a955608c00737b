/** The way on for who has an account: the choice goes along, and is sent from one of their records. Without the base path. */
export function onward(query: Readonly<Record<string, string | undefined>>): string {
  const fields = (['provider', 'category', 'time'] as const).flatMap((name): [string, string][] => {
    const value = query[name]
    return value === undefined ? [] : [[name, value]]
  })
  const asked = new URLSearchParams(fields).toString()
  return asked === '' ? '/portal/account/booking' : `/portal/account/booking?${asked}`
}
