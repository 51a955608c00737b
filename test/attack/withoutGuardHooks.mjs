/** What each file loses. A guard that is not where it is looked for fails the start: it was moved, and this with it. */
const cuts = [
  { file: '/module/platform/turns.ts', find: /(async function takeTurn\(.*?\)\s*\{)/, replace: '$1 return;' },
  { file: '/module/host/calendar.ts', find: /FOR UPDATE`/, replace: '`' },
]

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context)
  const cut = cuts.find(({ file }) => url.split('?')[0].endsWith(file))
  if (!cut) return loaded
  const source = String(loaded.source)
  if (!cut.find.test(source)) throw new Error(`No guard to take out of ${cut.file}`)
  return { ...loaded, source: source.replaceAll(new RegExp(cut.find, 'g'), cut.replace) }
}
