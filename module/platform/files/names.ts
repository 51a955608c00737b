const MOST = 160

/**
 * A file's name as its sender's system calls it, for people to read: no folders, nothing that cannot be seen or turns
 * the direction of writing, nothing that another system would take for more than a name; 160 characters, its ending kept.
 */
export function readableName(sent: string): string {
  const name = (sent.normalize('NFC').split(/[/\\]/).pop() ?? '')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
  return name === '' ? 'file' : shortened(name)
}

function shortened(name: string): string {
  const letters = Array.from(name)
  if (letters.length <= MOST) return name
  const ending = Array.from(/\.\w{1,8}$/.exec(name)?.[0] ?? '')
  return [...letters.slice(0, MOST - ending.length - 1), '…', ...ending].join('')
}
