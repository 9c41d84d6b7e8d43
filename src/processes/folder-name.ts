/** Names that come from outside and become names of folders. */
import { processErrors } from './errors.ts'

const folderName = /^[A-Za-z\d][\w-]{0,127}$/

/** Whether a name leads nowhere else than to a folder of that name. */
export function isFolderName(name: string): boolean {
  return folderName.test(name)
}

export function checkFolderName(what: 'job' | 'savepoint', name: string): string {
  if (!isFolderName(name)) throw processErrors.PROCESSES_NAME({ what, name })
  return name
}
