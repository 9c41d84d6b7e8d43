/** All connectors, one line each. A connector is loaded when a table of it is first used. */
import { assert, closeNames } from '#base'
import type { Connector, ConnectorTable, PartitionedPlace, TableWays } from './connector.ts'
import { connectorErrors } from './errors.ts'

const loaders: Readonly<Record<string, () => Promise<Connector>>> = {
  datagen: async () => (await import('./datagen/connector.ts')).datagenConnector,
  filesystem: async () => (await import('./filesystem/connector.ts')).filesystemConnector,
  jdbc: async () => (await import('./jdbc/connector.ts')).jdbcConnector,
  kafka: async () => (await import('./kafka/connector.ts')).kafkaConnector,
  'upsert-kafka': async () => (await import('./kafka/connector.ts')).upsertKafkaConnector,
  nexmark: async () => (await import('./nexmark/connector.ts')).nexmarkConnector,
  opensearch: async () => (await import('./opensearch/connector.ts')).openSearchConnector('opensearch'),
  'opensearch-2': async () => (await import('./opensearch/connector.ts')).openSearchConnector('opensearch-2'),
  elasticsearch: async () => (await import('./opensearch/connector.ts')).openSearchConnector('elasticsearch'),
  'elasticsearch-7': async () => (await import('./opensearch/connector.ts')).openSearchConnector('elasticsearch-7'),
  'elasticsearch-8': async () => (await import('./opensearch/connector.ts')).openSearchConnector('elasticsearch-8'),
  print: async () => (await import('./print/connector.ts')).printConnector,
  redis: async () => (await import('./redis/connector.ts')).redisConnector,
  http: async () => (await import('./http/connector.ts')).httpConnector,
  topic: async () => (await import('./topic/connector.ts')).topicConnector,
  blackhole: async () => (await import('./blackhole/connector.ts')).blackholeConnector,
}

export const connectorNames: readonly string[] = Object.keys(loaders)

/** A connector by its name, which is one of `connectorNames`. */
export function connectorNamed(name: string): Promise<Connector> {
  const load = loaders[name]
  assert(load !== undefined, `connector ${name} exists`)
  return load()
}

const loaded = new Map<string, Connector>()

/** Loads the connector that the options of a table name, and what it needs for them. `connectorOf` says what is wrong with a name. */
export async function loadConnector(options: ConnectorTable['options']): Promise<void> {
  const name = options['connector'] ?? ''
  const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined
  if (load === undefined) return
  const connector = loaded.get(name) ?? (await load())
  loaded.set(name, connector)
  await connector.load?.(options)
}

/** Other ways to use a table; its connector is loaded for that. */
export async function waysOf(options: ConnectorTable['options']): Promise<TableWays> {
  await loadConnector(options)
  return loaded.get(options['connector'] ?? '')?.ways?.(options) ?? noWays
}

/** Asks what a table is read from, with the number of its partitions; null where it has none, or its connector is not known here. */
export async function partitionsOf(
  table: Pick<ConnectorTable, 'name' | 'options' | 'clock'>,
  signal: AbortSignal,
): Promise<readonly PartitionedPlace[] | null> {
  const name = table.options['connector'] ?? ''
  const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined
  return (await (await load?.())?.partitions?.(table, signal)) ?? null
}

const noWays: TableWays = { untilNow: null, onwards: null, sendBack: null }

/** The connector that a table asks for, which was loaded before; an error that names the close ones when there is none. */
export function connectorOf(table: Pick<ConnectorTable, 'name' | 'options'>): Connector {
  const name = table.options['connector']
  if (name === undefined) throw connectorErrors.CONNECTORS_CONNECTOR_MISSING({ table: table.name })
  const connector = loaded.get(name)
  if (connector !== undefined) return connector
  const names = Object.keys(loaders)
  assert(!names.includes(name), `connector ${name} is loaded before it is used`)
  const [nearest] = closeNames(name, names, 1)
  throw connectorErrors.CONNECTORS_CONNECTOR_NOT_FOUND(
    { name },
    { detail: `The connectors are ${names.join(', ')}.`, hint: nearest === undefined ? undefined : `Use "${nearest}".` },
  )
}
