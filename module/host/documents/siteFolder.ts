/**
 * The EMR's folder of files: `documents/` in FOYER_HOST_SITE_DIR. Everything below it is reached name by name, and a
 * name that is a symbolic link is refused: nothing that stands in a row leads outside.
 */
import { constants } from 'node:fs'
import { access, chmod, lstat, mkdir, open, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../../platform/config.js'

export type FolderTrouble = 'not-configured' | 'missing' | 'not-a-folder' | 'a-link' | 'unwritable'

/** `readable`: one cannot write there, and can read. */
export type SiteFolder = { ok: true; documents: string } | { ok: false; trouble: FolderTrouble; readable?: string }

/** The folder in which the EMR keeps its files, if it is there and one can write in it. */
export async function siteFolder({ hostSiteDir }: Pick<Config, 'hostSiteDir'>): Promise<SiteFolder> {
  if (hostSiteDir === undefined) return { ok: false, trouble: 'not-configured' }
  const documents = join(hostSiteDir, 'documents')
  const trouble = await troubleWith(documents)
  if (trouble === undefined) return { ok: true, documents }
  return { ok: false, trouble, ...(trouble === 'unwritable' ? { readable: documents } : {}) }
}

async function troubleWith(folder: string): Promise<FolderTrouble | undefined> {
  try {
    const found = await lstat(folder)
    if (found.isSymbolicLink()) return 'a-link'
    if (!found.isDirectory()) return 'not-a-folder'
  } catch (error) {
    return codeOf(error) === 'ENOTDIR' ? 'not-a-folder' : 'missing'
  }
  const writable = await access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
  return writable ? undefined : 'unwritable'
}

/** A file that was not there before, in the folder of a patient, which is made where it is missing. */
export async function createFile(documents: string, pid: number, name: string): Promise<FileHandle> {
  const folder = await patientFolder(documents, pid)
  // The EMR's own server may run as another user of the same group.
  return open(join(folder, plainName(name)), 'wx+', 0o660)
}

async function patientFolder(documents: string, pid: number): Promise<string> {
  const folder = join(documents, String(pid))
  try {
    await mkdir(folder)
    // What the umask takes away, the EMR's server needs; a group that is handed down stays so.
    await chmod(folder, ((await lstat(folder)).mode & 0o7000) | 0o770)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
  await refuseLink(folder)
  return folder
}

/** Makes sure that the name of a new file outlives a power cut, too. */
export async function keepName(documents: string, pid: number): Promise<void> {
  const folder = await open(join(documents, String(pid)), constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Opens what lies at these names below the folder. Undefined: there is no such file, or a link is in the way. */
export async function openFile(documents: string, names: readonly string[]): Promise<FileHandle | undefined> {
  const folders = names.slice(0, -1)
  let at = documents
  try {
    for (const folder of folders) {
      at = join(at, plainName(folder))
      await refuseLink(at)
    }
    const file = await open(join(at, plainName(names.at(-1) ?? '')), constants.O_RDONLY | constants.O_NOFOLLOW)
    if ((await file.stat()).isFile()) return file
    await file.close()
    return undefined
  } catch (error) {
    if (error instanceof NotPlain || ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(codeOf(error) ?? '')) {
      return undefined
    }
    throw error
  }
}

/** Whether it is there or not. */
export async function removeFile(documents: string, pid: number, name: string): Promise<void> {
  await rm(join(documents, String(pid), plainName(name)), { force: true })
}

/** Why nothing could be written: the disk is full, or we may not. Undefined: something else, which is thrown on. */
export function whyNotWritten(error: unknown): 'no-space' | 'site-folder-unwritable' | undefined {
  const code = codeOf(error) ?? ''
  if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)) return 'no-space'
  if (['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'ELOOP', 'EIO'].includes(code)) return 'site-folder-unwritable'
  return error instanceof NotPlain ? 'site-folder-unwritable' : undefined
}

/** A name that could lead elsewhere than into its own folder, or a folder that is a link. */
class NotPlain extends Error {
  override name = 'not-plain'
}

function plainName(name: string): string {
  // eslint-disable-next-line no-control-regex -- a zero byte ends a name for the system, and not for us
  if (name === '' || name === '.' || name === '..' || /[/\\\u0000]/.test(name)) throw new NotPlain()
  return name
}

async function refuseLink(folder: string): Promise<void> {
  if (!(await lstat(folder)).isDirectory()) throw new NotPlain()
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
