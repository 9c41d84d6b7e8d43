/** How the tables of a plan are reached: their definitions, and the connectors that read and write them. */
import { assert } from '#base'
import {
  type Connector,
  type ConnectorTable,
  connectorOf,
  loadConnector,
  rowCountOption,
  type ScanTime,
  type Sink,
  type Source,
  scanTimeOf,
  withSecrets,
} from '#connectors'
import { type Plan, rootsOf, type Scan, type TableDefinition, type TablePath, type TableSize, type Tables, walkRelations } from '#plan'
import { embeddedErrors } from '../errors.ts'
import type { Session } from '../functions/evaluation.ts'

/** Loads the connectors of all tables that a plan reads or writes. */
export async function loadTables(plan: Plan, tables: Tables): Promise<void> {
  const used: { readonly table: TablePath; readonly options: Scan['options'] }[] = []
  walkRelations(rootsOf(plan), (relation) => {
    if (relation.kind === 'scan') used.push(relation)
  })
  for (const output of plan.outputs) if (output.kind === 'insert') used.push(output)
  await Promise.all(used.map(({ table, options }) => loadConnector({ ...tables.table(table)?.options, ...options })))
}

/** Finds tables and opens their connectors. */
export class TableAccess {
  readonly #tables: Tables
  readonly #session: Session
  readonly #ownConnectors: readonly Connector[]

  /** `ownConnectors` are there besides those that every engine has. */
  constructor(tables: Tables, session: Session, ownConnectors: readonly Connector[] = []) {
    this.#tables = tables
    this.#session = session
    this.#ownConnectors = ownConnectors
  }

  definition(path: TablePath): TableDefinition {
    const definition = this.#tables.table(path)
    assert(definition !== undefined, `table ${path.join('.')} was there when the statement was bound`)
    return definition
  }

  source(scan: Scan): Source {
    const table = this.#connectorTable(scan.table, scan.options)
    const connector = this.#connectorOf(table)
    if (connector.source === null) throw embeddedErrors.ENGINE_TABLE_NOT_READABLE({ table: table.name, connector: connector.name })
    const source = connector.source(table)
    const known = source.metadata.map(({ name }) => name)
    for (const column of this.definition(scan.table).columns) {
      if (column.kind !== 'metadata' || known.includes(column.key)) continue
      throw embeddedErrors.ENGINE_METADATA_NOT_FOUND(
        { key: column.key, table: table.name, connector: connector.name },
        { hint: known.length === 0 ? 'It has none.' : `It has ${known.join(', ')}.` },
      )
    }
    return source
  }

  /** What a table says of its event time. */
  time(scan: Scan): ScanTime {
    return scanTimeOf(this.#connectorTable(scan.table, scan.options))
  }

  /** How many rows a table has, as its options say, else as its source can tell. */
  async sizeOf(scan: Scan, isMeasured: boolean): Promise<TableSize | null> {
    const said = this.#connectorTable(scan.table, scan.options).options[rowCountOption]
    if (said === undefined && !isMeasured) return null
    const source = this.source(scan)
    const rows = said === undefined ? await source.countRows?.() : Math.max(0, Number(said))
    return rows === undefined || rows === null ? null : { rows, ends: source.bounded }
  }

  sink(path: TablePath, options: Readonly<Record<string, string>>): { readonly name: string; readonly sink: Sink } {
    const table = this.#connectorTable(path, options)
    const connector = this.#connectorOf(table)
    if (connector.sink === null) throw embeddedErrors.ENGINE_TABLE_NOT_WRITABLE({ table: table.name, connector: connector.name })
    return { name: table.name, sink: connector.sink(table) }
  }

  #connectorOf(table: ConnectorTable): Connector {
    return this.#ownConnectors.find(({ name }) => name === table.options['connector']) ?? connectorOf(table)
  }

  #connectorTable(path: TablePath, hints: Readonly<Record<string, string>>): ConnectorTable {
    const definition = this.definition(path)
    return {
      name: path[2],
      schema: definition.columns.flatMap((column) => (column.kind === 'physical' ? [{ name: column.name, type: column.type }] : [])),
      metadataColumns: definition.columns.flatMap((column) =>
        column.kind === 'metadata' ? [{ name: column.name, key: column.key, isVirtual: column.virtual }] : [],
      ),
      options: withSecrets(path[2], { ...definition.options, ...hints }, (name) => this.#session.secret?.(name) ?? null),
      primaryKey: definition.primaryKey,
      partitionedBy: definition.partitionedBy,
      timeZone: this.#session.timeZone,
      clock: this.#session.clock,
    }
  }
}
