/**
 * Which types can be cast to which. Implicit casts (Flink's LogicalTypeCasts) happen where an argument or a column meets another type;
 * explicit ones are those that CAST accepts in Flink 2.3's SQL, tried type by type: some that LogicalTypeCasts lists, such as
 * TIMESTAMP to BIGINT or text to INTERVAL, are refused there, and others, such as DOUBLE to BOOLEAN, are accepted.
 */
import { type DataType, sameType, type TypeKind } from './type.ts'

type Kinds = readonly TypeKind[]

const integers: Kinds = ['tinyint', 'smallint', 'integer', 'bigint']
const numbers: Kinds = [...integers, 'decimal', 'float', 'double']
const texts: Kinds = ['char', 'varchar']
const bytes: Kinds = ['binary', 'varbinary']
const timestamps: Kinds = ['timestamp', 'timestamp-ltz']
const intervals: Kinds = ['interval-year-month', 'interval-day-time']
const nested: Kinds = ['array', 'multiset', 'map', 'row']

/** For each kind the other kinds that turn into it without being asked to. */
const implicitSources: Record<TypeKind, Kinds> = {
  boolean: [],
  tinyint: [],
  smallint: ['tinyint'],
  integer: ['tinyint', 'smallint'],
  bigint: ['tinyint', 'smallint', 'integer'],
  decimal: numbers,
  float: [...integers, 'decimal'],
  double: numbers,
  char: [],
  varchar: ['char'],
  binary: [],
  varbinary: ['binary'],
  date: ['timestamp'],
  time: ['timestamp'],
  timestamp: ['timestamp-ltz'],
  'timestamp-ltz': ['timestamp'],
  'interval-year-month': [],
  'interval-day-time': [],
  array: [],
  multiset: [],
  map: [],
  row: [],
  bitmap: [],
  variant: [],
  null: [],
}

const everything: Kinds = ['boolean', ...numbers, ...texts, ...bytes, 'date', 'time', ...timestamps, ...intervals, ...nested, 'bitmap']

/** For each kind all kinds that CAST turns into it. */
const explicitSources: Record<TypeKind, Kinds> = {
  boolean: ['boolean', ...numbers, ...texts],
  tinyint: ['boolean', ...numbers, ...texts],
  smallint: ['boolean', ...numbers, ...texts],
  integer: ['boolean', ...numbers, ...texts],
  bigint: ['boolean', ...numbers, ...texts],
  decimal: ['boolean', ...numbers, ...texts],
  float: ['boolean', ...numbers, ...texts],
  double: ['boolean', ...numbers, ...texts],
  char: everything,
  varchar: everything,
  binary: [...texts, ...bytes],
  varbinary: [...texts, ...bytes],
  date: [...texts, 'date', ...timestamps],
  time: [...texts, 'time', ...timestamps],
  timestamp: [...texts, 'date', 'time', ...timestamps],
  'timestamp-ltz': [...texts, 'date', 'time', ...timestamps],
  'interval-year-month': [...integers, 'interval-year-month'],
  'interval-day-time': [...integers, 'interval-day-time'],
  array: ['array'],
  multiset: ['multiset'],
  map: ['map'],
  row: ['row'],
  bitmap: ['bitmap'],
  variant: [],
  null: [],
}

/** Whether a value becomes one of another type where the other is expected. NULL may not become NOT NULL, at any depth. */
export function implicitlyCastable(from: DataType, to: DataType): boolean {
  return (!from.nullable || to.nullable) && castable(from, to, implicitSources, implicitlyCastable)
}

/** Whether CAST(value AS type) is accepted. */
export function explicitlyCastable(from: DataType, to: DataType): boolean {
  return castable(from, to, explicitSources, explicitlyCastable)
}

function castable(
  from: DataType,
  to: DataType,
  sources: Record<TypeKind, Kinds>,
  inner: (from: DataType, to: DataType) => boolean,
): boolean {
  if (from.kind === 'null' || sameType({ ...from, nullable: true }, { ...to, nullable: true })) return true
  if (from.kind === to.kind) {
    if ('element' in from && 'element' in to) return inner(from.element, to.element)
    if (from.kind === 'map' && to.kind === 'map') return inner(from.key, to.key) && inner(from.value, to.value)
    if (from.kind === 'row' && to.kind === 'row') {
      return from.fields.length === to.fields.length && from.fields.every((field, i) => inner(field.type, to.fields[i]?.type ?? field.type))
    }
    return true
  }
  return sources[to.kind].includes(from.kind)
}
