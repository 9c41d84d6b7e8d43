/** Random message types with values, as protobufjs has them and as a table has them, for property tests. */
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { boxExact, type DataType, decimalType, stringType } from '#data'
import type { ScalarKind } from './layout.ts'

interface RandomItem {
  /** The type's name in a schema. */
  readonly name: string
  readonly type: DataType
  /** Declarations that the name needs, in the message around. */
  readonly declarations: string
  /** Wanted as protobufjs wants it, and boxed; the zero value is among them. */
  readonly value: fc.Arbitrary<Valued>
  readonly zero: unknown
  readonly isPackable: boolean
}
interface Valued {
  readonly proto: unknown
  readonly boxed: unknown
}
interface RandomField {
  readonly declaration: (number: number, name: string) => string
  readonly type: DataType
  /** Undefined in proto: the field is not set. */
  readonly value: fc.Arbitrary<Valued>
}

const plain = (kind: string): DataType => ({ kind, nullable: true }) as DataType
const bytesKind: DataType = { kind: 'varbinary', length: 2147483647, nullable: true }
const int = fc.oneof(fc.integer({ min: -100, max: 100 }), fc.integer())
const long = fc.oneof(fc.integer({ min: -100, max: 100 }).map(BigInt), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
const unsigned = fc.oneof(fc.nat(300).map(BigInt), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
const toLong = (value: bigint) => protobuf.util.LongBits.from(String(value)).toLong(false)
const toUnsigned = (value: bigint) => protobuf.util.LongBits.from(String(value)).toLong(true)
const same = (value: unknown): unknown => value

function scalar<T>(
  name: ScalarKind,
  type: DataType,
  zero: unknown,
  arbitrary: fc.Arbitrary<T>,
  proto: (value: T) => unknown = same,
  boxed: (value: T) => unknown = same,
): RandomItem {
  return {
    name,
    type,
    zero,
    declarations: '',
    value: arbitrary.map((value) => ({ proto: proto(value), boxed: boxed(value) })),
    isPackable: name !== 'string' && name !== 'bytes',
  }
}

const scalars: readonly RandomItem[] = [
  scalar('int32', plain('integer'), 0, int),
  scalar('int32', plain('bigint'), 0, int),
  scalar('sint32', plain('integer'), 0, int),
  scalar('sfixed32', plain('integer'), 0, int),
  scalar('uint32', plain('bigint'), 0, fc.nat(2 ** 32 - 1)),
  scalar('uint32', plain('integer'), 0, fc.nat(2 ** 31 - 1)),
  scalar('fixed32', plain('bigint'), 0, fc.nat(2 ** 32 - 1)),
  scalar('int64', plain('bigint'), 0, long, toLong, boxExact),
  scalar('sint64', plain('bigint'), 0, long, toLong, boxExact),
  scalar('sfixed64', plain('bigint'), 0, long, toLong, boxExact),
  scalar('uint64', decimalType(20, 0), 0, unsigned, toUnsigned, boxExact),
  scalar('fixed64', decimalType(20, 0), 0, unsigned, toUnsigned, boxExact),
  scalar('bool', plain('boolean'), false, fc.boolean()),
  scalar('float', plain('float'), 0, fc.float()),
  scalar('double', plain('double'), 0, fc.double()),
  scalar('string', stringType, '', fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ minLength: 130, maxLength: 150 }))),
  scalar('bytes', bytesKind, new Uint8Array(0), fc.uint8Array({ maxLength: 9 })),
]

let names = 0

function enumItem(isText: boolean): RandomItem {
  const name = `E${names++}`
  const pairs = [
    [`${name}_A`, 0],
    [`${name}_B`, 1],
    [`${name}_C`, 1000],
    [`${name}_D`, -5],
  ] as const
  return {
    name,
    type: isText ? stringType : plain('integer'),
    zero: isText ? pairs[0][0] : 0,
    declarations: `enum ${name} { ${pairs.map(([word, number]) => `${word} = ${number};`).join(' ')} }`,
    value: fc.constantFrom(...pairs).map(([word, number]) => ({ proto: number, boxed: isText ? word : number })),
    isPackable: true,
  }
}

function messageItem(fields: readonly RandomField[]): RandomItem {
  const name = `M${names++}`
  const message = messageOf(fields)
  return {
    name,
    type: message.type,
    zero: undefined,
    declarations: `message ${name} { ${message.body} }`,
    value: message.value,
    isPackable: false,
  }
}

function messageOf(fields: readonly RandomField[]): {
  readonly body: string
  readonly type: Extract<DataType, { kind: 'row' }>
  readonly value: fc.Arbitrary<Valued>
} {
  return {
    body: fields.map((field, index) => field.declaration(index * 7 + 1, `f${index}`)).join(' '),
    type: { kind: 'row', fields: fields.map((field, index) => ({ name: `f${index}`, type: field.type })), nullable: true },
    value: fc.tuple(...fields.map((field) => field.value)).map((values) => ({
      proto: Object.fromEntries(values.flatMap(({ proto }, index) => (proto === undefined ? [] : [[`f${index}`, proto]]))),
      boxed: values.map(({ boxed }) => boxed),
    })),
  }
}

/** A field that is there or not; without presence the zero value stands for one that is not. */
function single(item: RandomItem, isOptional: boolean): RandomField {
  const hasPresence = isOptional || item.zero === undefined
  return {
    declaration: (number, name) => `${item.declarations} ${isOptional ? 'optional ' : ''}${item.name} ${name} = ${number};`,
    type: item.type,
    value: fc.option(item.value, { nil: { proto: undefined, boxed: hasPresence ? null : item.zero }, freq: 5 }),
  }
}

function repeated(item: RandomItem, isPacked: boolean): RandomField {
  const option = item.isPackable ? ` [packed = ${isPacked}]` : ''
  return {
    declaration: (number, name) => `${item.declarations} repeated ${item.name} ${name} = ${number}${option};`,
    type: { kind: 'array', element: item.type, nullable: true },
    value: fc.array(item.value, { maxLength: 4 }).map((values) => ({
      proto: values.map(({ proto }) => proto),
      boxed: values.length === 0 ? null : values.map(({ boxed }) => boxed),
    })),
  }
}

function mapped(item: RandomItem): RandomField {
  return {
    declaration: (number, name) => `${item.declarations} map<string, ${item.name}> ${name} = ${number};`,
    type: { kind: 'map', key: stringType, value: item.type, nullable: true },
    value: fc
      .uniqueArray(
        fc.tuple(
          fc.string().map((key) => `k${key}`),
          item.value,
        ),
        { maxLength: 3, selector: ([key]) => key },
      )
      .map((entries) => ({
        proto: Object.fromEntries(entries.map(([key, { proto }]) => [key, proto])),
        boxed: entries.length === 0 ? null : new Map(entries.map(([key, { boxed }]) => [key, boxed])),
      })),
  }
}

const { field: randomField } = fc.letrec<{ item: RandomItem; field: RandomField }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom(...scalars),
    fc.boolean().map(enumItem),
    fc.array(tie('field'), { minLength: 1, maxLength: 3 }).map(messageItem),
  ),
  field: fc.oneof(
    fc.tuple(tie('item'), fc.boolean()).map(([item, isOptional]) => single(item, isOptional)),
    fc.tuple(tie('item'), fc.boolean()).map(([item, isPacked]) => repeated(item, isPacked)),
    tie('item').map(mapped),
  ),
}))

export interface RandomMessages {
  readonly text: string
  readonly columns: readonly { readonly name: string; readonly type: DataType }[]
  readonly values: readonly Valued[]
}

export const randomMessages: fc.Arbitrary<RandomMessages> = fc.array(randomField, { minLength: 1, maxLength: 6 }).chain((fields) => {
  const message = messageOf(fields)
  return fc.record({
    text: fc.constant(`syntax = "proto3"; message Root { ${message.body} }`),
    columns: fc.constant(message.type.fields),
    values: fc.array(message.value, { maxLength: 10 }),
  })
})

/** The independent implementation of a message. */
export function protobufjsOf(text: string, name = 'Root'): protobuf.Type {
  const { root } = protobuf.parse(text, new protobuf.Root(), { keepCase: true })
  root.resolveAll()
  return root.lookupType(name)
}
