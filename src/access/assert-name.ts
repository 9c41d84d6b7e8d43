/** What people and workspaces may be called: it stands in addresses and paths. */
import { accessErrors } from './errors.ts'

const namePattern = /^[a-z0-9][a-z0-9._-]{0,63}$/

export function assertName(name: string): void {
  if (!namePattern.test(name)) throw accessErrors.ACCESS_NAME({ name })
}
