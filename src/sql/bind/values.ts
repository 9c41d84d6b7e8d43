/** VALUES: rows written in the statement. */
import { counted } from '#base'
import { type Column, commonType, withNullable } from '#data'
import { type Expression, type Relation, schemaOf } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { typeText } from './call.ts'
import { castTo } from './coerce.ts'
import type { BindContext, Rows } from './context.ts'
import { Place } from './place.ts'
import { emptyScope, scopeColumns } from './scope.ts'

export function bindValues(node: tree.Values, context: BindContext): Rows {
  const place = new Place(context, emptyScope, { clause: 'VALUES' })
  const rows = context.all(node.rows.map((row) => () => place.bindAll(row)))
  const width = rows[0]?.length ?? 0
  const uneven = rows.findIndex((row) => row.length !== width)
  if (uneven >= 0) {
    const position = node.rows[uneven]?.[0]?.position ?? node.position
    throw sqlErrors.SQL_VALUES_WIDTH({ row: uneven + 1, got: counted(rows[uneven]?.length ?? 0, 'value'), expected: width }, { position })
  }
  const columns = Array.from({ length: width }, (_, index) => columnOf(rows, index, node))
  const relation: Relation = {
    kind: 'values',
    columns,
    rows: rows.map((row) => row.map((value, index) => castTo(value, columns[index]?.type ?? value.type))),
  }
  return { relation, columns: scopeColumns(schemaOf(relation)) }
}

function columnOf(rows: readonly (readonly Expression[])[], index: number, node: tree.Values): Column {
  const values = rows.flatMap((row) => row[index] ?? [])
  const type = commonType(values.map((value) => value.type))
  if (type === null) {
    const types = [...new Set(values.map(typeText))].join(' and ')
    const position = node.rows.find((_, row) => typeText(values[row] ?? values[0] ?? nothing) !== typeText(values[0] ?? nothing))?.[index]
      ?.position
    throw sqlErrors.SQL_VALUES_TYPES({ column: index + 1, types }, { position: position ?? node.position })
  }
  return {
    name: `EXPR$${index}`,
    type: withNullable(
      type,
      values.some((value) => value.type.nullable),
    ),
  }
}

const nothing: Expression = { kind: 'literal', value: null, type: { kind: 'null', nullable: true } }
