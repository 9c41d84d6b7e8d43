/** Files that nobody else may read. */
import { randomBytes } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'
import { MillraceError } from '#base'
import { secretErrors } from './errors.ts'

/** The bytes of a file that nobody else may read; null when it does not exist. */
export function readPrivate(file: string): Buffer | null {
  try {
    if ((statSync(file).mode & 0o077) !== 0 && process.platform !== 'win32') throw secretErrors.SECRETS_FILE_OPEN({ path: file })
    return readFileSync(file)
  } catch (error) {
    if (error instanceof MillraceError) throw error
    if ((error as { code?: unknown }).code === 'ENOENT') return null
    throw secretErrors.SECRETS_FILE_UNREADABLE({ path: file }, { cause: error })
  }
}

/** Beside the file and then in its place, so that it is never half there. */
export function writePrivate(file: string, bytes: Buffer): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const beside = `${file}.${randomBytes(6).toString('hex')}`
  const handle = openSync(beside, 'wx', 0o600)
  try {
    writeSync(handle, bytes)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  chmodSync(beside, 0o600)
  renameSync(beside, file)
}
