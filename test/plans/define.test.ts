/** What statements that are no queries come to: define/*.txt hold them and what the rest of the road is told to do. */
import { expect, test } from 'vitest'
import { printType } from '#data'
import { type Plan, printExpression, printPlan, type TableColumn, type TableDefinition } from '#plan'
import { type BoundStatement, bindStatement } from '#sql'
import { caseFiles, createCatalog, readCases, statementsOf } from './corpus.ts'

const catalog = createCatalog()

function answer(text: string): string {
  return statementsOf(text)
    .map((statement) => print(bindStatement(statement, catalog)))
    .join('\n')
}

function print(bound: BoundStatement): string {
  const { position: _, ...rest } = bound
  const lines = Object.entries(rest).flatMap(([key, value]) => printEntry(key, value))
  return lines.join('\n')
}

const hidden = new Set(['optionPositions', 'positions'])

function printEntry(key: string, value: unknown): string[] {
  if (hidden.has(key)) return []
  if (key === 'statement') return [`${key}:`, ...indented(print(value as BoundStatement))]
  if (isTable(value)) return [`${key}:`, ...indented(printTable(value))]
  if (isPlan(value)) return [`${key}:`, ...indented(printPlan(value))]
  return [`${key}: ${JSON.stringify(value, (name, part) => (name === 'position' ? undefined : part))}`]
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => `  ${line}`)
}

function isTable(value: unknown): value is TableDefinition {
  return typeof value === 'object' && value !== null && 'primaryKey' in value
}

function isPlan(value: unknown): value is Plan {
  return typeof value === 'object' && value !== null && 'outputs' in value
}

function printTable({ columns, watermark, primaryKey, partitionedBy, options, ...rest }: TableDefinition): string {
  const time = watermark === null ? [] : [`watermark ${watermark.column} AS ${printExpression(watermark.expression)}`]
  const key = primaryKey.length === 0 ? [] : [`key ${primaryKey.join(', ')}`]
  const parts = partitionedBy.length === 0 ? [] : [`partitioned by ${partitionedBy.join(', ')}`]
  return [...columns.map(printColumn), ...time, ...key, ...parts, `options ${JSON.stringify(options)}`, JSON.stringify(rest)].join('\n')
}

function printColumn(column: TableColumn): string {
  const type = `${column.name} ${printType(column.type)}`
  const comment = column.comment === null ? '' : ` '${column.comment}'`
  if (column.kind === 'computed') return `${type} AS ${printExpression(column.expression)}${comment}`
  return column.kind === 'physical' ? type + comment : `${type} METADATA ${column.key}${column.virtual ? ' VIRTUAL' : ''}${comment}`
}

for (const file of caseFiles('plans/define')) {
  test.each(readCases(file, answer))(`${file}: $text`, ({ text, expected }) => {
    expect(answer(text)).toBe(expected)
  })
}
