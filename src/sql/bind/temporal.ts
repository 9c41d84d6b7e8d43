/**
 * FOR SYSTEM_TIME AS OF: which column of the left side tells the time at which the right side is read, and whether the right side can be
 * read that way. By event time it needs versions: rows with a time, told apart by a key that the join compares.
 */
import { listed, type TextPosition } from '#base'
import { type Column, printType, withNullable } from '#data'
import { asOfTimeOf, columnOf, deriveUpsertKeys, eventTimesOf, type Join, type Relation, type Scan, type UpsertKey } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { originOf } from './call.ts'
import type { FromRows } from './collections.ts'
import type { BindContext } from './context.ts'
import { columnNamed } from './names.ts'
import { Place } from './place.ts'
import type { Scope } from './scope.ts'
import { checkTimeColumn } from './time-column.ts'

const conditionHint = 'Compare the key of the table: ON o.k = t.k.'

export function bindAsOf(node: tree.Join, right: tree.NamedTable, left: FromRows, table: FromRows, context: BindContext): string {
  const { asOf } = right
  const position = asOf?.position ?? right.position
  if (node.join !== 'inner' && node.join !== 'left') {
    throw sqlErrors.SQL_NOT_SUPPORTED(
      { what: `FOR SYSTEM_TIME AS OF in a ${node.join.toUpperCase()} join` },
      { position, hint: 'Use JOIN or LEFT JOIN.' },
    )
  }
  if (node.condition === undefined && !node.natural) throw sqlErrors.SQL_AS_OF_CONDITION({}, { position, hint: conditionHint })
  const value = asOf === undefined ? undefined : new Place(context, left.scope, { clause: 'FOR SYSTEM_TIME AS OF' }).bind(asOf)
  const column = value?.kind === 'column' ? columnNamed(left.relation, value.name) : undefined
  if (column === undefined) {
    const hint = 'Write FOR SYSTEM_TIME AS OF o.ts, with a time column of the left side.'
    throw sqlErrors.SQL_COLUMN_EXPECTED({ clause: 'FOR SYSTEM_TIME AS OF' }, { position, hint })
  }
  const written = asOf?.kind === 'column-reference' ? (asOf.parts.at(-1)?.text ?? '') : column.name
  checkTimeColumn(column, written, 'Reading a table as of a time', position)
  if (column.role !== 'processing-time') checkVersions(right.name, table.relation, column)
  return column.name
}

function checkVersions({ parts, position }: tree.Name, table: Relation, left: Column): void {
  const times = eventTimesOf(table)
  const [time] = times
  if (time === undefined || times.length > 1) {
    const detail = times.length > 1 ? `Its times are ${listed(times)}: one of them must say from when on a row holds.` : undefined
    const hint =
      times.length > 1
        ? 'Select one of them, in a view.'
        : 'Declare a WATERMARK and a PRIMARY KEY on it, or join as of processing time (a column AS PROCTIME()).'
    throw sqlErrors.SQL_AS_OF_UNVERSIONED({ table: parts.at(-1)?.text ?? '' }, { position, detail, hint })
  }
  const { type } = columnOf(table, time)
  if (type.kind === left.type.kind) return
  const [mine, other] = [left.type, type].map((each) => printType(withNullable(each, true)))
  const hint = 'Compute a column of the other type where one of the tables is made, and declare its WATERMARK for that one.'
  throw sqlErrors.SQL_AS_OF_TIME_TYPES({ left: mine ?? '', right: other ?? '' }, { position, hint })
}

/** The join as of a time, once its condition is known; `scope` has the names of the right side. */
export function asOfJoin(join: Join, { condition, right, position }: tree.Join, scope: Scope, context: BindContext): Join {
  const place = condition?.position ?? position
  if (join.equal.length === 0) throw sqlErrors.SQL_AS_OF_CONDITION({}, { position: place, hint: conditionHint })
  if (asOfTimeOf(join)?.kind === 'event-time') checkKey(join, right, place, scope, context)
  return { ...join, origin: originOf(right.position) }
}

function checkKey(join: Join, right: tree.TableReference, position: TextPosition, scope: Scope, context: BindContext): void {
  const table = right.kind === 'named-table' ? (right.name.parts.at(-1)?.text ?? '') : ''
  const keys = deriveUpsertKeys([join.right], (scan) => primaryKeyOf(scan, context)).get(join.right) ?? []
  const compared = join.equal.map((key) => key.right)
  const [key] = keys.toSorted((a, b) => a.length - b.length)
  if (key === undefined) {
    const hint =
      'Declare PRIMARY KEY (k) NOT ENFORCED, or join a view with the last row of each key: ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) = 1.'
    throw sqlErrors.SQL_AS_OF_KEY_MISSING(
      { table },
      { position: right.kind === 'named-table' ? right.name.position : right.position, hint },
    )
  }
  if (keys.some((each) => each.every((name) => compared.includes(name)))) return
  const nameOf = (name: string): string => scope.star.find(({ column }) => column.name === name)?.name ?? name
  const missing = key.filter((name) => !compared.includes(name)).map(nameOf)
  const detail = `Its key is ${listed(key.map(nameOf))}, and ${listed(missing)} ${missing.length === 1 ? 'is' : 'are'} not compared by itself with =.`
  const hint = `Add … = ${missing[0] ?? ''}; where the types differ, convert the other side.`
  throw sqlErrors.SQL_AS_OF_KEY_UNUSED({ table }, { position, detail, hint })
}

/** The primary key of a scanned table, under the names of the scan. */
function primaryKeyOf({ table, sources }: Scan, { environment }: BindContext): UpsertKey | null {
  const key = environment.table(table)?.primaryKey ?? []
  const names = key.flatMap(
    (column) => Object.entries(sources).find(([, source]) => source.kind === 'physical' && source.key === column)?.[0] ?? [],
  )
  return names.length === 0 || names.length < key.length ? null : names
}
