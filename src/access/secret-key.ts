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

/** Nobody has had it, and people see by it what it was called: it stays in what was done, when the title is gone. */
export function createIdOf(title: string): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-|-$/g, '')
  const own = randomBytes(6).toString('base64url').replace(/[-_]/g, 'x')
  return words === '' ? own : `${words}-${own}`
}
