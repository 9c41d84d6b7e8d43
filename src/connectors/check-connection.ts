/** Checks the options of a connection against those of its connector, and that it holds no secret in plain text. */
import { isSecretKey, shownOption } from '#base'
import { formatNamed, formatNames, loadFormat, type Option, readOptions } from '#formats'
import type { ConnectorTable } from './connector.ts'
import { connectorErrors } from './errors.ts'
import { connectorOf, loadConnector } from './list.ts'
import { tableRows } from './options.ts'

type Clause = ConnectorTable['options']

/** What is missing is for the tables that use it to give; what is there has to be an option of its connector, or of a format. */
export async function checkConnection(name: string, clause: Clause): Promise<void> {
  if (clause['connector'] === undefined) throw connectorErrors.CONNECTORS_CONNECTION_CONNECTOR_MISSING({ connection: name })
  await loadConnector(clause)
  const connector = connectorOf({ name, options: clause })
  const rows = [...tableRows(connector.options), ...(await formatRows(clause))].map((row) => ({ ...row, required: false, default: null }))
  const owner = `connection "${name}"`
  const isNamed = ([, value]: readonly [string, string]): boolean => value.includes('${secret:')
  const entries = Object.entries(clause)
  readOptions(owner, rows, Object.fromEntries(entries.filter((entry) => !isNamed(entry))))
  // What a secret holds is not known here, and its name is none of the option's values.
  const unread = rows.map((row): Option => ({ ...row, type: 'text' }))
  readOptions(owner, unread, Object.fromEntries(entries.filter(isNamed)))
  const secrets = new Set(rows.flatMap((row) => (row.isSecret === true ? [row.key] : [])))
  const plain = entries.find(([key, value]) => isPlainSecret(key, value, secrets.has(key)))
  if (plain !== undefined) throw connectorErrors.CONNECTORS_CONNECTION_SECRET({ key: plain[0], connection: name })
}

/** The options of formats that a clause has some of, as tables of messages and of files write them. */
async function formatRows(clause: Clause): Promise<readonly Option[]> {
  const keys = Object.keys(clause)
  const prefixes = ['', 'key.', 'value.']
  const found = formatNames.flatMap((name) =>
    prefixes.filter((prefix) => keys.some((key) => key.startsWith(`${prefix}${name}.`))).map((prefix) => ({ name, prefix })),
  )
  await Promise.all(found.map(({ name }) => loadFormat(name)))
  return found.flatMap(({ name, prefix }) => formatNamed(name).options.map((row) => ({ ...row, key: prefix + row.key })))
}

const reference = /^\$\{secret:[^}]+\}$/
const address = /^[a-z][a-z0-9+.:-]*:\/\//i

/** An address is secret only where it holds a password, even if its option counts as secret because it may. */
function isPlainSecret(key: string, value: string, isMarked: boolean): boolean {
  if (value === '' || reference.test(value)) return false
  if (isSecretKey(key) || (isMarked && !address.test(value))) return true
  return shownOption(key, value) !== value
}
