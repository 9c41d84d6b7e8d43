/** Where secrets come from that tables name: a variable of the environment, a file of a folder, or the store of the user. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { secretErrors } from './errors.ts'
import { readPrivate, writePrivate } from './private-file.ts'
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

export function openSecretStore(variables: Variables): SecretStore {
  const key = variables['MILLRACE_SECRETS_KEY']
  return new SecretStore(homeFolder(variables), key === undefined || key === '' ? null : key)
}

/** The folder MILLRACE_HOME, else .millrace of the user's home. */
export function homeFolder(variables: Variables): string {
  const home = variables['MILLRACE_HOME']
  return home === undefined || home === '' ? path.join(homedir(), '.millrace') : home
}

interface Token {
  readonly value: string
  /** The file that holds it; null where it is a secret of the user's. */
  readonly file: string | null
}

/** What clients of a server have to know: the secret of that name, else what is kept in a file of that name, which is made once. */
export function findToken(name: string, variables: Variables): Token {
  const secret = findSecret(name, variables) ?? ''
  if (secret !== '') return { value: secret, file: null }
  const file = path.join(homeFolder(variables), name)
  const kept = readPrivate(file)?.toString('utf8').trim() ?? ''
  if (kept !== '') return { value: kept, file }
  const value = randomBytes(tokenBytes).toString('base64url')
  writePrivate(file, Buffer.from(`${value}\n`))
  return { value, file }
}

const tokenBytes = 24

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
