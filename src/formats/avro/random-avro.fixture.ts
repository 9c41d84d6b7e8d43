/** Random schemas of writers with values, as avsc has them and as a table has them, for property tests. */
import { type Type as AvscType, Type, types } from 'avsc'
import fc from 'fast-check'
import { boxExact, type DataType, decimalType, stringType } from '#data'

interface RandomValue {
  /** As avsc wants it. */
  readonly avro: unknown
  readonly boxed: unknown
}
interface RandomType {
  readonly schema: unknown
  readonly type: DataType
  readonly value: fc.Arbitrary<RandomValue>
}

const longType = types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8)
    buffer.writeBigInt64LE(value)
    return buffer
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
})

/** The independent implementation of a schema. */
export function avscOf(schema: unknown): AvscType {
  const typeHook = (attributes: unknown) =>
    attributes === 'long' || (attributes as { type?: unknown }).type === 'long' ? longType : undefined
  return Type.forSchema(schema as never, { typeHook, wrapUnions: true })
}

let names = 0
const int = fc.oneof(fc.integer({ min: -100, max: 100 }), fc.integer())
const long = fc.oneof(
  fc.integer({ min: -100, max: 100 }).map(BigInt),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.maxSafeInteger().map(BigInt),
)
const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ minLength: 60, maxLength: 300 }))

function of<T>(
  schema: unknown,
  kind: DataType | string,
  arbitrary: fc.Arbitrary<T>,
  avro: (value: T) => unknown,
  boxed: (value: T) => unknown,
): RandomType {
  const type = typeof kind === 'string' ? ({ kind, nullable: true } as DataType) : kind
  return { schema, type, value: arbitrary.map((value) => ({ avro: avro(value), boxed: boxed(value) })) }
}
const same = (value: unknown): unknown => value

function bigEndian(value: bigint, size: number): Buffer {
  const buffer = Buffer.alloc(size)
  let rest = value
  for (let at = size - 1; at >= 0; at--) {
    buffer[at] = Number(rest & 255n)
    rest >>= 8n
  }
  return buffer
}

function floorDivide(a: bigint, b: bigint): bigint {
  return (a - (((a % b) + b) % b)) / b
}

const bytesKind: DataType = { kind: 'varbinary', length: 2147483647, nullable: true }
const timestamp = (precision: number): DataType => ({ kind: 'timestamp', precision, nullable: true })
const instants = fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n })

const flatTypes: readonly (() => RandomType)[] = [
  () => of('boolean', 'boolean', fc.boolean(), same, same),
  () => of('int', 'integer', int, same, same),
  () => of('int', 'bigint', int, same, same),
  () => of('int', 'double', int, same, same),
  () => of('long', 'bigint', long, same, boxExact),
  () => of('long', 'double', long, same, Number),
  () => of('long', 'float', long, same, (value) => Math.fround(Number(value))),
  () => of('float', 'float', fc.float(), same, same),
  () => of('float', 'double', fc.float(), same, same),
  () => of('double', 'double', fc.double(), same, same),
  () => of('string', stringType, text, same, same),
  () => of('string', bytesKind, text, same, (value) => new Uint8Array(Buffer.from(value))),
  () => of('bytes', bytesKind, fc.uint8Array(), (value) => Buffer.from(value), same),
  () => of('bytes', stringType, text, (value) => Buffer.from(value), same),
  () =>
    of(
      { type: 'fixed', name: `F${names++}`, size: 5 },
      bytesKind,
      fc.uint8Array({ minLength: 5, maxLength: 5 }),
      (value) => Buffer.from(value),
      same,
    ),
  () =>
    of({ type: 'enum', name: `E${names++}`, symbols: ['A', 'B', 'LONGER'] }, stringType, fc.constantFrom('A', 'B', 'LONGER'), same, same),
  () => of({ type: 'int', logicalType: 'date' }, 'date', int, same, same),
  () => of({ type: 'int', logicalType: 'time-millis' }, { kind: 'time', precision: 3, nullable: true }, fc.nat(86_399_999), same, same),
  () => of({ type: 'long', logicalType: 'timestamp-millis' }, timestamp(3), fc.integer({ min: -1e12, max: 1e12 }), BigInt, same),
  () => of({ type: 'long', logicalType: 'timestamp-micros' }, timestamp(3), instants, same, (value) => boxExact(floorDivide(value, 1000n))),
  () =>
    of({ type: 'long', logicalType: 'timestamp-millis' }, timestamp(9), fc.maxSafeInteger(), BigInt, (value) =>
      boxExact(BigInt(value) * 1_000_000n),
    ),
  () =>
    of(
      { type: 'long', logicalType: 'local-timestamp-micros' },
      { ...timestamp(6), kind: 'timestamp-ltz' } as DataType,
      instants,
      same,
      boxExact,
    ),
  () =>
    of(
      { type: 'bytes', logicalType: 'decimal', precision: 38, scale: 4 },
      decimalType(38, 4),
      fc.bigInt({ min: 1n - 10n ** 38n, max: 10n ** 38n - 1n }),
      (value) => bigEndian(value, 16),
      boxExact,
    ),
  () =>
    of(
      { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 },
      decimalType(12, 4),
      int.filter((value) => Math.abs(value) < 1e9),
      (value) => bigEndian(BigInt(value), 5),
      (value) => value * 100,
    ),
  () =>
    of(
      { type: 'fixed', name: `F${names++}`, size: 7, logicalType: 'decimal', precision: 15, scale: 3 },
      decimalType(15, 3),
      fc.bigInt({ min: 1n - 10n ** 15n, max: 10n ** 15n - 1n }),
      (value) => bigEndian(value, 7),
      boxExact,
    ),
]

/** The name that stands for a schema in the values of unions. */
function branchName(schema: unknown): string {
  const object = schema as { type?: string; name?: string }
  return typeof schema === 'string' ? schema : (object.name ?? object.type ?? '')
}

function nullable(inner: RandomType, first: boolean): RandomType {
  const name = branchName(inner.schema)
  return {
    schema: first ? ['null', inner.schema] : [inner.schema, 'null'],
    type: inner.type,
    value: fc
      .option(inner.value, { freq: 4, nil: { avro: null, boxed: null } })
      .map(({ avro, boxed }) => ({ avro: avro === null ? null : { [name]: avro }, boxed })),
  }
}

/** A union of two numbers that both go into one column. */
function eitherNumber(): RandomType {
  return {
    schema: ['null', 'int', 'long'],
    type: { kind: 'bigint', nullable: true },
    value: fc.oneof(
      int.map((value) => ({ avro: { int: value }, boxed: value as unknown })),
      long.map((value) => ({ avro: { long: value }, boxed: boxExact(value) as unknown })),
      fc.constant({ avro: null, boxed: null }),
    ),
  }
}

function recordOf(fields: readonly RandomType[]): RandomType {
  return {
    schema: { type: 'record', name: `R${names++}`, fields: fields.map((field, index) => ({ name: `f${index}`, type: field.schema })) },
    type: { kind: 'row', fields: fields.map((field, index) => ({ name: `f${index}`, type: field.type })), nullable: true },
    value: fc.tuple(...fields.map((field) => field.value)).map((values) => ({
      avro: Object.fromEntries(values.map((value, index) => [`f${index}`, value.avro])),
      boxed: values.map((value) => value.boxed),
    })),
  }
}

function arrayOf(item: RandomType): RandomType {
  return {
    schema: { type: 'array', items: item.schema },
    type: { kind: 'array', element: item.type, nullable: true },
    value: fc
      .array(item.value, { maxLength: 4 })
      .map((items) => ({ avro: items.map((each) => each.avro), boxed: items.map((each) => each.boxed) })),
  }
}

function mapOf(item: RandomType): RandomType {
  return {
    schema: { type: 'map', values: item.schema },
    type: { kind: 'map', key: stringType, value: item.type, nullable: true },
    value: fc
      .uniqueArray(
        fc.tuple(
          fc.string({ minLength: 1 }).map((key) => `k${key}`),
          item.value,
        ),
        { maxLength: 3, selector: ([key]) => key },
      )
      .map((entries) => ({
        avro: Object.fromEntries(entries.map(([key, value]) => [key, value.avro])),
        boxed: new Map(entries.map(([key, value]) => [key, value.boxed])),
      })),
  }
}

const flat: fc.Arbitrary<RandomType> = fc.constantFrom(...flatTypes).map((make) => make())

const randomType: fc.Arbitrary<RandomType> = fc.letrec<{ type: RandomType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    flat,
    flat.chain((inner) => fc.boolean().map((first) => nullable(inner, first))),
    fc.constant(null).map(eitherNumber),
    fc.array(tie('type'), { minLength: 1, maxLength: 3 }).map(recordOf),
    tie('type').map(arrayOf),
    tie('type').map(mapOf),
    fc.array(tie('type'), { minLength: 1, maxLength: 3 }).map((fields) => nullable(recordOf(fields), true)),
  ),
})).type

export interface RandomRecords {
  readonly record: RandomType
  readonly fields: readonly RandomType[]
  readonly values: readonly RandomValue[]
}

export const randomRecords: fc.Arbitrary<RandomRecords> = fc.array(randomType, { minLength: 1, maxLength: 6 }).chain((fields) => {
  const record = recordOf(fields)
  return fc.record({ record: fc.constant(record), fields: fc.constant(fields), values: fc.array(record.value, { maxLength: 12 }) })
})
