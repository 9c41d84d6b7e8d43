/** Random tables for property tests: types, and boxed rows of them. */

import fc from 'fast-check'
import { boxExact, type DataType, type Schema } from '#data'

const flat: readonly DataType[] = [
  { kind: 'boolean', nullable: true },
  { kind: 'tinyint', nullable: true },
  { kind: 'smallint', nullable: true },
  { kind: 'integer', nullable: true },
  { kind: 'bigint', nullable: true },
  { kind: 'float', nullable: true },
  { kind: 'double', nullable: true },
  { kind: 'decimal', precision: 10, scale: 2, nullable: true },
  { kind: 'decimal', precision: 38, scale: 18, nullable: true },
  { kind: 'varchar', length: 2147483647, nullable: true },
  { kind: 'varchar', length: 2147483647, nullable: true },
  { kind: 'varbinary', length: 2147483647, nullable: true },
  { kind: 'date', nullable: true },
  { kind: 'time', precision: 3, nullable: true },
  { kind: 'timestamp', precision: 3, nullable: true },
  { kind: 'timestamp', precision: 9, nullable: true },
  { kind: 'timestamp-ltz', precision: 6, nullable: true },
  { kind: 'interval-year-month', nullable: true },
]

export const flatType: fc.Arbitrary<DataType> = fc.constantFrom(...flat)

/** Arrays, maps and rows as well. */
export const anyType: fc.Arbitrary<DataType> = fc.letrec<{ type: DataType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 6, arbitrary: flatType },
    { weight: 1, arbitrary: tie('type').map((element): DataType => ({ kind: 'array', element, nullable: true })) },
    {
      weight: 1,
      arbitrary: tie('type').map((value): DataType => ({ kind: 'map', key: flat[9] as DataType, value, nullable: true })),
    },
    {
      weight: 1,
      arbitrary: fc
        .uniqueArray(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 3 })
        .chain((names) => fc.tuple(fc.constant(names), fc.array(tie('type'), { minLength: names.length, maxLength: names.length })))
        .map(([names, types]): DataType => {
          const fields = names.map((name, index) => ({ name, type: types[index] as DataType }))
          return { kind: 'row', fields, nullable: true }
        }),
    },
  ),
})).type

function exact(least: bigint, most: bigint): fc.Arbitrary<number | bigint> {
  const small = fc.integer({ min: -100, max: 100 }).map((value) => (BigInt(value) < least || BigInt(value) > most ? 0 : value))
  return fc.oneof(small, fc.bigInt({ min: least, max: most }).map(boxExact))
}

const tenTo = (exponent: number) => 10n ** BigInt(exponent)

/** A boxed value of a type that is not NULL. */
function valueOfType(type: DataType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'boolean':
      return fc.boolean()
    case 'tinyint':
      return fc.integer({ min: -128, max: 127 })
    case 'smallint':
      return fc.integer({ min: -32768, max: 32767 })
    case 'integer':
    case 'interval-year-month':
      return fc.integer()
    case 'bigint':
      return exact(-(2n ** 63n), 2n ** 63n - 1n)
    case 'float':
      return fc.oneof(
        fc.float({ noNaN: true }),
        fc.integer({ min: -9999, max: 9999 }).map((cents) => Math.fround(cents / 100)),
      )
    case 'double':
      return fc.oneof(
        fc.double(),
        fc.integer({ min: -999999, max: 999999 }).map((cents) => cents / 100),
      )
    case 'decimal':
      return exact(1n - tenTo(type.precision), tenTo(type.precision) - 1n)
    case 'char':
    case 'varchar':
      return fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[ab,;"'\\\n\r#]{0,8}$/))
    case 'binary':
    case 'varbinary':
      return fc.uint8Array({ maxLength: 12 })
    case 'date':
      return fc.integer({ min: -719_528, max: 2_932_896 })
    case 'time':
      return fc.integer({ min: 0, max: 86_399_999 })
    case 'timestamp':
    case 'timestamp-ltz':
      return timestampOf(type.precision)
    default:
      return nestedValue(type)
  }
}

function timestampOf(precision: number): fc.Arbitrary<number | bigint> {
  const units = precision <= 3 ? 1n : precision <= 6 ? 1000n : 1_000_000n
  return exact(-62_135_596_800_000n * units, 253_402_300_799_999n * units)
}

function nestedValue(type: DataType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'array':
      return fc.array(nullableOf(type.element), { maxLength: 4 })
    case 'map':
      return fc
        .uniqueArray(fc.tuple(valueOfType(type.key), nullableOf(type.value)), { maxLength: 4, selector: ([key]) => key })
        .map((entries) => new Map(entries))
    case 'row':
      return fc.tuple(...type.fields.map((field) => nullableOf(field.type)))
    default:
      return fc.constant(null)
  }
}

function nullableOf(type: DataType): fc.Arbitrary<unknown> {
  return fc.option(valueOfType(type), { nil: null, freq: 6 })
}

export interface RandomTable {
  readonly schema: Schema
  readonly rows: readonly (readonly unknown[])[]
}

/** A table of up to six columns with names of all sorts, and some rows. */
export function randomTable(type: fc.Arbitrary<DataType>): fc.Arbitrary<RandomTable> {
  const names = fc.uniqueArray(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), { minLength: 1, maxLength: 6 })
  return names
    .chain((unique) => fc.tuple(...unique.map((name) => type.map((columnType) => ({ name, type: columnType })))))
    .chain((schema) =>
      fc.record({
        schema: fc.constant(schema),
        rows: fc.array(fc.tuple(...schema.map((column) => nullableOf(column.type))), { maxLength: 12 }),
      }),
    )
}
