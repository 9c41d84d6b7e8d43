/** Names of secrets, and where each kind of place has them. */
import { secretErrors } from './errors.ts'

export function checkName(name: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) throw secretErrors.SECRETS_NAME_MISMATCH({ name })
}

/** The environment variable of a secret: `kafka-prod` is in MILLRACE_SECRET_KAFKA_PROD. */
export function variableOf(name: string): string {
  return `MILLRACE_SECRET_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`
}
