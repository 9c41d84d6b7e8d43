/** Small relations for tests of plans. */
import { bigintType, type Column, type DataType, type Schema, stringType, withNullable } from '#data'
import type { Aggregate, Expression, Filter, Join, Literal, NamedExpression, Project, Relation, Scan, Window } from './plan.ts'
import { columnOf, referTo } from './schema.ts'

const timeType: DataType = { kind: 'timestamp', precision: 3, nullable: true }

/** A table of the given columns; those called `ts` are timestamps, others numbers. */
export function scan(table: string, ...names: readonly string[]): Scan {
  const columns = names.map(
    (name): Column => ({ name, type: name.startsWith('ts') ? timeType : name.startsWith('text') ? stringType : bigintType }),
  )
  const sources = Object.fromEntries(names.map((name) => [name, { kind: 'physical', key: name } as const]))
  return { kind: 'scan', table: ['default_catalog', 'default_database', table], columns, sources, conditions: [], options: {} }
}

/** The table with a watermark on its column `time`. */
export function timed(input: Relation, time: string): Relation {
  return { kind: 'watermark', input, column: time, watermark: column(input, time) }
}

export function column(relation: Relation, name: string): Expression {
  return referTo(columnOf(relation, name))
}

export function number(value: number): Literal {
  return { kind: 'literal', value, type: withNullable(bigintType, false) }
}

export function interval(ms: number): Literal {
  return { kind: 'literal', value: ms, type: { kind: 'interval-day-time', nullable: false } }
}

export function compare(operator: '=' | '<' | '<=' | '>' | '>=', left: Expression, right: Expression): Expression {
  return { kind: 'call', function: operator, arguments: [left, right], type: { kind: 'boolean', nullable: true } }
}

export function shift(value: Expression, ms: number): Expression {
  return {
    kind: 'call',
    function: ms < 0 ? 'MINUS_INTERVAL' : 'PLUS_INTERVAL',
    arguments: [value, interval(Math.abs(ms))],
    type: value.type,
  }
}

export function filter(input: Relation, condition: Expression): Filter {
  return { kind: 'filter', input, condition }
}

export function project(input: Relation, ...columns: readonly (string | NamedExpression)[]): Project {
  return {
    kind: 'project',
    input,
    columns: columns.map((each) => (typeof each === 'string' ? { name: each, value: column(input, each) } : each)),
  }
}

/** Counts the rows of each group. */
export function count(input: Relation, ...keys: readonly string[]): Aggregate {
  const measure = {
    name: 'n',
    function: 'COUNT',
    arguments: [],
    distinct: false,
    filter: null,
    type: withNullable(bigintType, false),
  } as const
  return { kind: 'aggregate', input, keys, measures: [measure], window: null, groupingSets: null }
}

export function tumble(input: Relation, time: string, sizeMs: number): Window {
  const shape = { kind: 'tumble', sizeMs, offsetMs: 0 } as const
  return { kind: 'window', input, time, shape, start: 'window_start', end: 'window_end', timeName: 'window_time' }
}

export function join(left: Relation, right: Relation, more: Partial<Join> = {}): Join {
  return { kind: 'join', type: 'inner', left, right, equal: [], condition: null, asOf: null, ...more }
}

/** `name role` of each column, for short expectations. */
export function roles(schema: Schema): string[] {
  return schema.map(({ name, role }) => (role === undefined ? name : `${name} ${role}`))
}
