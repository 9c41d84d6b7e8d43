/** All connectors, one line each. */
import { closeNames } from '#base'
import { blackholeConnector } from './blackhole/connector.ts'
import type { Connector, ConnectorTable } from './connector.ts'
import { datagenConnector } from './datagen/connector.ts'
import { connectorErrors } from './errors.ts'
import { filesystemConnector } from './filesystem/connector.ts'
import { nexmarkConnector } from './nexmark/connector.ts'
import { printConnector } from './print/connector.ts'

const connectors: readonly Connector[] = [datagenConnector, filesystemConnector, nexmarkConnector, printConnector, blackholeConnector]

/** The connector that a table asks for; an error that names the close ones when there is none. */
export function connectorOf(table: ConnectorTable): Connector {
  const name = table.options['connector']
  if (name === undefined) throw connectorErrors.CONNECTORS_CONNECTOR_MISSING({ table: table.name })
  const connector = connectors.find((candidate) => candidate.name === name)
  if (connector !== undefined) return connector
  const names = connectors.map((candidate) => candidate.name)
  const [nearest] = closeNames(name, names, 1)
  throw connectorErrors.CONNECTORS_CONNECTOR_NOT_FOUND(
    { name },
    { detail: `The connectors are ${names.join(', ')}.`, hint: nearest === undefined ? undefined : `Use "${nearest}".` },
  )
}
