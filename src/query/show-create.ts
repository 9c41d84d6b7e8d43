/**
 * SHOW CREATE TABLE, VIEW, CONNECTION and CATALOG: the statement that would make the same object, in the form that Flink gives it. Values of options
 * that look secret are not shown.
 */
import { shownOption } from '#base'
import type { CatalogDefinition } from '#catalog'
import { type DataType, printType, unboundedLength } from '#data'
import {
  type ConnectionDefinition,
  ownOptions,
  printText,
  quotedName,
  type TableColumn,
  type TableDefinition,
  type ViewDefinition,
} from '#plan'
import { quotedPath } from './quoted-path.ts'

/** How the value of an option is written. */
type ShowOption = (key: string, value: string) => string

export function printCreateTable(table: TableDefinition, showOption: ShowOption = shownOption): string {
  const { watermark, primaryKey, partitionedBy, uses } = table
  const lines = table.columns.map((column) => `${quotedName(column.name)} ${printColumn(column)}${commentClause(' ', column.comment)}`)
  if (watermark !== null) lines.push(`WATERMARK FOR ${quotedName(watermark.column)} AS ${watermark.text}`)
  if (primaryKey.length > 0)
    lines.push(`CONSTRAINT ${quotedName(`PK_${primaryKey.join('_')}`)} PRIMARY KEY ${nameList(primaryKey)} NOT ENFORCED`)
  const parts = [
    `CREATE ${table.temporary ? 'TEMPORARY ' : ''}TABLE ${quotedPath(table.path)} ${inLines(lines)}${commentClause('\n', table.comment)}`,
    ...(partitionedBy.length > 0 ? [`PARTITIONED BY ${nameList(partitionedBy)}`] : []),
    ...(uses === undefined ? [] : [`USING CONNECTION ${quotedPath(uses.connection)}`]),
    ...withClause(ownOptions(table), showOption),
  ]
  return `${parts.join('\n')}\n`
}

/** `names` are those of the view's columns. */
export function printCreateView(view: ViewDefinition, names: readonly string[]): string {
  const head = `CREATE ${view.temporary ? 'TEMPORARY ' : ''}VIEW ${quotedPath(view.path)} ${inLines(names.map(quotedName))}`
  return `${head}${commentClause('\n', view.comment)}\nAS ${view.query}\n`
}

export function printCreateConnection(connection: ConnectionDefinition, showOption: ShowOption = shownOption): string {
  const { path, options, comment, temporary } = connection
  const head = `CREATE ${temporary ? 'TEMPORARY ' : ''}CONNECTION ${quotedPath(path)}${commentClause('\n', comment)}`
  return `${[head, ...withClause(options, showOption)].join('\n')}\n`
}

export function printCreateCatalog({ name, options, comment }: CatalogDefinition): string {
  return `${[`CREATE CATALOG ${quotedName(name)}${commentClause('\n', comment)}`, ...withClause(options, shownOption)].join('\n')}\n`
}

function printColumn(column: TableColumn): string {
  switch (column.kind) {
    case 'physical':
      return printStoredType(column.type)
    case 'metadata':
      return `${printStoredType(column.type)} ${printMetadata(column)}`
    case 'computed':
      return `AS ${column.text}`
  }
}

/** What makes a column one of metadata; its key where that is not its name. */
export function printMetadata({ name, key, virtual }: Extract<TableColumn, { kind: 'metadata' }>): string {
  return `METADATA${key === name ? '' : ` FROM ${printText(key)}`}${virtual ? ' VIRTUAL' : ''}`
}

/** The long form of a type: Flink's short ones, such as STRING, are for reading. */
function printStoredType(type: DataType): string {
  const nullability = type.nullable ? '' : ' NOT NULL'
  switch (type.kind) {
    case 'varchar':
    case 'varbinary':
      return type.length === unboundedLength ? `${type.kind.toUpperCase()}(${unboundedLength})${nullability}` : printType(type)
    case 'timestamp-ltz':
      return `TIMESTAMP(${type.precision}) WITH LOCAL TIME ZONE${nullability}`
    case 'array':
    case 'multiset':
      return `${type.kind.toUpperCase()}<${printStoredType(type.element)}>${nullability}`
    case 'map':
      return `MAP<${printStoredType(type.key)}, ${printStoredType(type.value)}>${nullability}`
    case 'row':
      return `${printRow(type)}${nullability}`
    default:
      return printType(type)
  }
}

function printRow({ className, fields }: Extract<DataType, { kind: 'row' }>): string {
  const parts = fields.map((field) => `${quotedName(field.name)} ${printStoredType(field.type)}`)
  return className === undefined ? `ROW<${parts.join(', ')}>` : `STRUCTURED<${[printText(className), ...parts].join(', ')}>`
}

export function withClause(options: Readonly<Record<string, string>>, showOption: ShowOption): string[] {
  const keys = Object.keys(options).sort()
  const lines = keys.map((key) => `${printText(key)} = ${printText(showOption(key, options[key] ?? ''))}`)
  return lines.length === 0 ? [] : [`WITH ${inLines(lines)}`]
}

function commentClause(before: string, comment: string | null): string {
  return comment === null ? '' : `${before}COMMENT ${printText(comment)}`
}

function inLines(lines: readonly string[]): string {
  return `(\n${lines.map((line) => `  ${line}`).join(',\n')}\n)`
}

function nameList(names: readonly string[]): string {
  return `(${names.map(quotedName).join(', ')})`
}
