/** Whoever decides about a permission reads what it is, in their language. */
import { expect } from 'chai'
import { words } from '../../module/features/access/words.js'
import { loadManifest } from '../../module/platform/settings.js'

describe('Every permission of module.json', () => {
  for (const language of ['en', 'es'] as const) {
    it(`has a name and a description (${language})`, () => {
      const known: Readonly<Record<string, string>> = words[language]
      const wanted = loadManifest().permissions.flatMap(({ name }) => [`permission.${name}`, `permission.${name}.text`])
      expect(wanted.filter((key) => (known[key] ?? '') === '')).to.deep.equal([])
    })
  }

  it('has no words left over from one that is no more', () => {
    const names = loadManifest().permissions.map(({ name }) => name)
    const spoken = Object.keys(words.en).flatMap((key) => /^permission\.([\w-]+:[\w-]+)/.exec(key)?.[1] ?? [])
    expect(spoken.filter((name) => !names.includes(name))).to.deep.equal([])
  })
})
