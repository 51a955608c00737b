import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CannotStart } from '../platform/cannotStart.js'

export interface MariadbPrograms {
  /** Paths of the server and of the program that makes its first data folder. */
  server: string
  installer: string
}

interface Search {
  /** Folders to look in, after those of PATH. */
  folders?: readonly string[]
  path?: string | undefined
  log?: ((line: string) => void) | undefined
}

/** Where servers stand that are not in an ordinary user's PATH. */
const usualFolders = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin', '/usr/libexec']
const packages = ['mariadb-server-core', 'mariadb-client-core']

/**
 * Finds MariaDB's programs. As root where apt-get is, installs them if they are missing (they start no service) and
 * says so in one line. Throws CannotStart with what to install otherwise.
 */
export function findMariadb(search: Search = {}): MariadbPrograms {
  const path = search.path ?? process.env['PATH'] ?? ''
  const folders = [...path.split(delimiter).filter(Boolean), ...(search.folders ?? usualFolders)]
  const found = programsIn(folders)
  if (found) return found

  const aptGet = find('apt-get', folders)
  if (aptGet && process.getuid?.() === 0) {
    search.log?.(`MariaDB is not installed: installing ${packages.join(' and ')} with apt-get (they start no service).`)
    installWith(aptGet)
    const installed = programsIn(folders)
    if (installed) return installed
  }
  throw new CannotStart(
    `MariaDB's server is needed and was not found. Install ${packages.join(' and ')} (Debian, Ubuntu), ` +
      `mariadb-server (Fedora) or mariadb (Homebrew), or set FOYER_DATABASE_URL.`,
  )
}

function programsIn(folders: readonly string[]): MariadbPrograms | undefined {
  const server = find('mariadbd', folders)
  const installer = find('mariadb-install-db', folders)
  return server && installer ? { server, installer } : undefined
}

function find(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function installWith(aptGet: string): void {
  const run = (...words: string[]): { status: number | null; stderr: string } =>
    spawnSync(aptGet, words, {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  // Package lists may be out of date or absent; if they cannot be fetched, those at hand may still do.
  run('update', '-qq')
  const { status, stderr } = run('install', '-y', '-qq', '--no-install-recommends', ...packages)
  if (status !== 0) {
    const reason = stderr.trim().split('\n').at(-1) ?? ''
    throw new CannotStart(`apt-get could not install ${packages.join(' ')}: ${reason}`)
  }
}
