/** Where secrets come from that tables name: a variable of the environment, a file of a folder, or the store of the user. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { secretErrors } from './errors.ts'
import { checkName, variableOf } from './secret-name.ts'
import { SecretStore } from './secret-store.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * The value of a secret, or null when it is nowhere. It is looked for in MILLRACE_SECRET_<NAME>, in the file of its name in
 * MILLRACE_SECRETS_DIR (its last line end is no part of it), and in the store.
 */
export function findSecret(name: string, variables: Variables): string | null {
  checkName(name)
  return variables[variableOf(name)] ?? inFolder(variables['MILLRACE_SECRETS_DIR'], name) ?? openSecretStore(variables).get(name)
}

/** In the folder MILLRACE_HOME, else .millrace of the user's home. */
export function openSecretStore(variables: Variables): SecretStore {
  const home = variables['MILLRACE_HOME']
  const folder = home === undefined || home === '' ? path.join(homedir(), '.millrace') : home
  const key = variables['MILLRACE_SECRETS_KEY']
  return new SecretStore(folder, key === undefined || key === '' ? null : key)
}

/** Such folders are often mounted, with rights that nobody can change. */
function inFolder(folder: string | undefined, name: string): string | null {
  if (folder === undefined || folder === '') return null
  const file = path.join(folder, name)
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return null
    throw secretErrors.SECRETS_FILE_UNREADABLE({ path: file }, { cause: error })
  }
}
