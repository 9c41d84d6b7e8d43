/** What browsers, links and services hold: chance that nobody can guess. Only its hash is kept. */
import { createHash, randomBytes } from 'node:crypto'

const keyBytes = 32

export function createSecretKey(): string {
  return randomBytes(keyBytes).toString('base64url')
}

/** A hash by which a key is found. The keys are long and random: a slow hash would add nothing. */
export function hashOfKey(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}

export function createShortId(): string {
  return randomBytes(9).toString('base64url').replace(/[-_]/g, 'x')
}
