/** The file that keys are made of where nobody gives another passphrase. */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { readPrivate, writePrivate } from './private-file.ts'

const keyBytes = 32

export function keyFileIn(folder: string): string {
  return path.join(folder, 'secrets.key')
}

/** What it holds; null where it is not there and must not be made. */
export function readKeyFile(folder: string, mayCreate: boolean): Buffer | null {
  const file = keyFileIn(folder)
  const known = readPrivate(file)
  if (known !== null || !mayCreate) return known
  const key = Buffer.from(randomBytes(keyBytes).toString('base64'))
  writePrivate(file, key)
  return key
}
