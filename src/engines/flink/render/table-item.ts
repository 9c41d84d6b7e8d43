/**
 * Relations that are a table as its statement has it: its stored columns, those that it computes from them, and its watermark. A text
 * names the table, and the table knows the rest; so a time column stays one.
 */
import { type Expression, mapExpression, type Relation, type Scan, type TableDefinition, type Tables } from '#plan'
import { renderErrors } from './errors.ts'

export interface TableItem {
  readonly scan: Scan
  readonly definition: TableDefinition
  /** The table's own columns, by their names in the plan. */
  readonly columns: ReadonlyMap<string, string>
  /** Whether the plan takes the watermark of the table. */
  readonly isTimed: boolean
}

/** Null for a relation that is more than a table. */
export function tableItemOf(relation: Relation, tables: Tables): TableItem | null {
  switch (relation.kind) {
    case 'scan':
      return scanned(relation, tables)
    case 'normalise':
      return tableItemOf(relation.input, tables)
    case 'watermark': {
      const item = tableItemOf(relation.input, tables)
      const own = item?.definition.watermark ?? null
      if (item === null || own === null || item.columns.get(relation.column) !== own.column) return null
      return keyOf(relation.watermark, item.columns) === keyOf(own.expression) ? { ...item, isTimed: true } : null
    }
    case 'project': {
      const item = tableItemOf(relation.input, tables)
      if (item === null) return null
      const columns = relation.columns.map(({ name, value }) => [name, ownColumn(value, item)] as const)
      const isOwn = columns.every(([, column]) => column !== null)
      return isOwn ? { ...item, columns: new Map(columns.flatMap(([name, column]) => (column === null ? [] : [[name, column]]))) } : null
    }
    default:
      return null
  }
}

function scanned(scan: Scan, tables: Tables): TableItem {
  const definition = tables.table(scan.table)
  const refused = (reason: string) => renderErrors.ENGINE_FLINK_RENDER_RELATION({ relation: 'scan', reason })
  if (definition === undefined) throw refused(`there is no table "${scan.table[2]}"`)
  const columns = scan.columns.map(({ name }) => {
    const source = scan.sources[name]
    const own = definition.columns.find((column) =>
      source?.kind === 'metadata'
        ? column.kind === 'metadata' && column.key === source.key
        : column.kind === 'physical' && column.name === source?.key,
    )
    if (own === undefined) throw refused(`table "${scan.table[2]}" has no column for "${source?.key ?? name}"`)
    return [name, own.name] as const
  })
  return { scan, definition, columns: new Map(columns), isTimed: false }
}

/** The column of the table that an expression is, or computes as the table does. */
function ownColumn(value: Expression, { columns, definition }: TableItem): string | null {
  if (value.kind === 'column') return columns.get(value.name) ?? null
  const key = keyOf(value, columns)
  return definition.columns.find((column) => column.kind === 'computed' && keyOf(column.expression) === key)?.name ?? null
}

/** The same text for expressions that compute the same: without places, and without the types of columns, which follow from the table. */
function keyOf(expression: Expression, columns?: ReadonlyMap<string, string>): string {
  const named = mapExpression(expression, (part) =>
    part.kind === 'column' ? { ...part, name: columns?.get(part.name) ?? part.name, type: { kind: 'null', nullable: true } } : part,
  )
  return JSON.stringify(named, (key, value: unknown) => {
    if (key === 'origin' || key === 'nullable') return undefined
    return typeof value === 'bigint' ? String(value) : value
  })
}
