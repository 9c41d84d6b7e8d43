/** Names of secrets in options, such as `${secret:kafka-prod}`, and the secrets that take their place before a connector sees them. */
import { noteGivenSecret } from '#base'
import type { ConnectorTable } from './connector.ts'
import { connectorErrors } from './errors.ts'

const reference = /\$\{secret:([^}]*)\}/g

/** The options with secrets for their names; `find` gives null for one that does not exist. */
export function withSecrets(
  table: string,
  options: ConnectorTable['options'],
  find: (name: string) => string | null,
): ConnectorTable['options'] {
  if (!Object.values(options).some((value) => value.includes('${secret:'))) return options
  const secretOf = (key: string, name: string): string => {
    const secret = find(name)
    if (secret === null) throw connectorErrors.CONNECTORS_SECRET_NOT_FOUND({ name, key, table })
    noteGivenSecret(name, secret)
    return secret
  }
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, value.replace(reference, (_, name: string) => secretOf(key, name))]),
  )
}
