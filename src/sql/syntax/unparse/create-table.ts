import { unreachable } from '#base'
import type {
  AlterTable,
  ColumnChange,
  ColumnDefinition,
  CreateTable,
  Distribution,
  KeyConstraint,
  TableChange,
  WatermarkDefinition,
} from '../tree.ts'
import { unparseExpression, unparseQuery } from './expression.ts'
import { unparseIdentifier, unparseName, unparseNames, unparseString, words } from './name.ts'
import { unparseComment, unparseKeys, unparseOptions } from './options.ts'
import { unparseType } from './type.ts'

/** Writes CREATE TABLE with a line for each column, option and clause. */
export function unparseCreateTable(table: CreateTable): string {
  const elements = [
    ...table.columns.map(unparseColumn),
    ...table.constraints.map(unparseConstraint),
    ...table.watermarks.map(unparseWatermark),
  ]
  const head = words(
    'CREATE',
    table.orReplace && 'OR REPLACE',
    table.temporary && 'TEMPORARY',
    'TABLE',
    table.ifNotExists && 'IF NOT EXISTS',
    unparseName(table.name),
    elements.length > 0 && lines(elements),
  )
  const like = table.like?.options.map(({ merge, feature }) => `${merge.toUpperCase()} ${feature.toUpperCase()}`) ?? []
  const clauses = [
    unparseComment(table.comment),
    table.distribution === undefined ? '' : `DISTRIBUTED ${unparseDistribution(table.distribution)}`,
    table.partitionedBy.length > 0 ? `PARTITIONED BY ${unparseNames(table.partitionedBy)}` : '',
    table.connection === undefined ? '' : `USING CONNECTION ${unparseName(table.connection)}`,
    table.options.length > 0
      ? `WITH ${lines(table.options.map(({ key, value }) => `${unparseString(key.value)} = ${unparseString(value.value)}`))}`
      : '',
    table.like === undefined ? '' : words('LIKE', unparseName(table.like.table), like.length > 0 && lines(like, '')),
    table.query === undefined ? '' : `AS\n${unparseQuery(table.query, '\n')}`,
  ]
  return [head, ...clauses.filter((clause) => clause !== '')].join('\n')
}

function lines(items: readonly string[], comma = ','): string {
  return `(\n${items.map((item) => `  ${item}`).join(`${comma}\n`)}\n)`
}

function unparseColumn(column: ColumnDefinition): string {
  const name = unparseIdentifier(column.name)
  switch (column.kind) {
    case 'physical-column':
      return words(name, unparseType(column.type), columnConstraint(column.constraint), unparseComment(column.comment))
    case 'computed-column':
      return words(name, 'AS', unparseExpression(column.expression), unparseComment(column.comment))
    case 'metadata-column':
      return words(
        name,
        unparseType(column.type),
        columnConstraint(column.constraint),
        'METADATA',
        column.key && `FROM ${unparseString(column.key.value)}`,
        column.virtual && 'VIRTUAL',
        unparseComment(column.comment),
      )
    case 'listed-column':
      return name
    default:
      return unreachable(column)
  }
}

function columnConstraint(constraint: KeyConstraint | undefined): string {
  return constraint === undefined ? '' : constraintWords(constraint, '')
}

function unparseConstraint(constraint: KeyConstraint): string {
  return constraintWords(constraint, unparseNames(constraint.columns))
}

function constraintWords({ name, key, enforced }: KeyConstraint, columns: string): string {
  return words(
    name && `CONSTRAINT ${unparseIdentifier(name)}`,
    key === 'primary' ? 'PRIMARY KEY' : 'UNIQUE',
    columns,
    enforced !== undefined && (enforced ? 'ENFORCED' : 'NOT ENFORCED'),
  )
}

function unparseWatermark({ column, expression }: WatermarkDefinition): string {
  return `WATERMARK FOR ${unparseName(column)} AS ${unparseExpression(expression)}`
}

function unparseDistribution({ method, columns, buckets }: Distribution): string {
  const by = columns.length > 0 && `BY ${method === undefined ? '' : method.toUpperCase()}${unparseNames(columns)}`
  return words(by, buckets !== undefined && `INTO ${buckets} BUCKETS`)
}

export function unparseAlterTable({ ifExists, name, change }: AlterTable): string {
  return words('ALTER TABLE', ifExists && 'IF EXISTS', unparseName(name), unparseChange(change))
}

function unparseChange(change: TableChange): string {
  switch (change.kind) {
    case 'rename-table':
      return `RENAME TO ${unparseName(change.to)}`
    case 'set-options':
      return `SET ${unparseOptions(change.options)}`
    case 'reset-options':
      return `RESET ${unparseKeys(change.keys)}`
    case 'add':
    case 'modify': {
      const verb = change.kind.toUpperCase()
      if (change.distribution !== undefined) return `${verb} DISTRIBUTION ${unparseDistribution(change.distribution)}`
      const elements = [
        ...change.columns.map(unparseColumnChange),
        ...change.constraints.map(unparseConstraint),
        ...change.watermarks.map(unparseWatermark),
      ]
      return `${verb} (${elements.join(', ')})`
    }
    case 'drop-columns':
      return `DROP (${change.columns.map(unparseName).join(', ')})`
    case 'drop-key':
      return change.constraint === undefined ? 'DROP PRIMARY KEY' : `DROP CONSTRAINT ${unparseIdentifier(change.constraint)}`
    case 'drop-watermark':
      return 'DROP WATERMARK'
    case 'drop-distribution':
      return 'DROP DISTRIBUTION'
    case 'rename-column':
      return `RENAME ${unparseName(change.from)} TO ${unparseIdentifier(change.to)}`
    default:
      return unreachable(change)
  }
}

function unparseColumnChange({ column, first, after }: ColumnChange): string {
  return words(unparseColumn(column), first && 'FIRST', after && `AFTER ${unparseIdentifier(after)}`)
}
