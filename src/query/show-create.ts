/** SHOW CREATE TABLE and VIEW: the statement that would make the same object. Values of options that look secret are not shown. */
import { printType } from '#data'
import { printExpression, printName, type TableColumn, type TableDefinition, type ViewDefinition } from '#plan'

const secretKey = /password|secret|token|credential|private[._-]?key|access[._-]?key/i

export function printCreateTable(table: TableDefinition): string {
  const { watermark, primaryKey, partitionedBy, options, comment } = table
  const lines = table.columns.map((column) => `  ${printColumn(column)}`)
  if (watermark !== null) lines.push(`  WATERMARK FOR ${printName(watermark.column)} AS ${printExpression(watermark.expression)}`)
  if (primaryKey.length > 0) lines.push(`  PRIMARY KEY (${primaryKey.map(printName).join(', ')}) NOT ENFORCED`)
  const parts = [`CREATE ${table.temporary ? 'TEMPORARY ' : ''}TABLE ${table.path.map(printName).join('.')} (\n${lines.join(',\n')}\n)`]
  if (comment !== null) parts.push(`COMMENT ${quote(comment)}`)
  if (partitionedBy.length > 0) parts.push(`PARTITIONED BY (${partitionedBy.map(printName).join(', ')})`)
  const printed = Object.entries(options).map(([key, value]) => `  ${quote(key)} = ${quote(secretKey.test(key) ? '******' : value)}`)
  if (printed.length > 0) parts.push(`WITH (\n${printed.join(',\n')}\n)`)
  return `${parts.join('\n')}\n`
}

function printColumn(column: TableColumn): string {
  const comment = column.comment === null ? '' : ` COMMENT ${quote(column.comment)}`
  const name = printName(column.name)
  switch (column.kind) {
    case 'physical':
      return `${name} ${printType(column.type)}${comment}`
    case 'metadata':
      return `${name} ${printType(column.type)} METADATA FROM ${quote(column.key)}${column.virtual ? ' VIRTUAL' : ''}${comment}`
    case 'computed':
      return `${name} AS ${printExpression(column.expression)}${comment}`
  }
}

export function printCreateView(view: ViewDefinition): string {
  const columns = view.columns === null ? '' : ` (${view.columns.map(printName).join(', ')})`
  const comment = view.comment === null ? '' : `\nCOMMENT ${quote(view.comment)}`
  return `CREATE ${view.temporary ? 'TEMPORARY ' : ''}VIEW ${view.path.map(printName).join('.')}${columns}${comment}\nAS ${view.query}\n`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
