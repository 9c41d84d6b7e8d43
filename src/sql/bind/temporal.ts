/** FOR SYSTEM_TIME AS OF: which column of the left side tells the time at which the right side is read. */
import { schemaOf } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import type { FromRows } from './collections.ts'
import type { BindContext } from './context.ts'
import { columnNamed } from './names.ts'
import { Place } from './place.ts'
import { checkTimeColumn } from './time-column.ts'

export function bindAsOf(node: tree.Join, right: tree.NamedTable, left: FromRows, table: FromRows, context: BindContext): string {
  const { asOf } = right
  const position = asOf?.position ?? right.position
  if (node.join !== 'inner' && node.join !== 'left') {
    throw sqlErrors.SQL_NOT_SUPPORTED(
      { what: `FOR SYSTEM_TIME AS OF in a ${node.join.toUpperCase()} join` },
      { position, hint: 'Use JOIN or LEFT JOIN.' },
    )
  }
  if (node.condition?.kind !== 'on')
    throw sqlErrors.SQL_AS_OF_CONDITION({}, { position, hint: 'Compare the key of the table: ON o.k = t.k.' })
  const value = asOf === undefined ? undefined : new Place(context, left.scope, { clause: 'FOR SYSTEM_TIME AS OF' }).bind(asOf)
  const column = value?.kind === 'column' ? columnNamed(left.relation, value.name) : undefined
  if (column === undefined) {
    const hint = 'Write FOR SYSTEM_TIME AS OF o.ts, with a time column of the left side.'
    throw sqlErrors.SQL_COLUMN_EXPECTED({ clause: 'FOR SYSTEM_TIME AS OF' }, { position, hint })
  }
  const written = asOf?.kind === 'column-reference' ? (asOf.parts.at(-1)?.text ?? '') : column.name
  checkTimeColumn(column, written, 'Reading a table as of a time', position)
  if (column.role !== 'processing-time' && !schemaOf(table.relation).some(({ role }) => role === 'event-time')) {
    const hint = 'Declare a WATERMARK and a PRIMARY KEY on it, or join as of processing time (a column AS PROCTIME()).'
    throw sqlErrors.SQL_AS_OF_UNVERSIONED({ table: right.name.parts.at(-1)?.text ?? '' }, { position: right.name.position, hint })
  }
  return column.name
}
