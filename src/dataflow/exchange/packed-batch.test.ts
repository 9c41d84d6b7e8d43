import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Batch,
  bigintType,
  booleanType,
  bytesType,
  type DataType,
  doubleType,
  integerType,
  type Schema,
  stringType,
  valueAt,
  vectorOf,
} from '#data'
import { varyForms } from '../check/vary-forms.fixture.ts'
import { packBatch, unpackBatch } from './packed-batch.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const arbitraries: readonly [DataType, fc.Arbitrary<unknown>][] = [
  [booleanType, fc.boolean()],
  [integerType, fc.integer()],
  [doubleType, fc.double()],
  [bigintType, fc.oneof(fc.integer(), fc.constant(1n << 70n))],
  [stringType, text],
  [bytesType, fc.uint8Array({ maxLength: 9 })],
  [{ kind: 'array', element: stringType, nullable: true }, fc.array(fc.option(text))],
]

interface Column {
  readonly type: DataType
  readonly values: readonly unknown[]
}

const columns = fc.nat(20).chain((length) =>
  fc.array(
    fc
      .constantFrom(...arbitraries)
      .chain(([type, value]) =>
        fc.record({ type: fc.constant(type), values: fc.array(fc.option(value), { minLength: length, maxLength: length }) }),
      ),
    { minLength: 1, maxLength: 5 },
  ),
)

function batchOfColumns(all: readonly Column[], turn: number): { readonly batch: Batch; readonly schema: Schema } {
  const length = all[0]?.values.length ?? 0
  const schema = all.map(({ type }, index) => ({ name: `c${index}`, type }))
  const vectors = all.map(({ type, values }) => vectorOf(type, values))
  const kinds = turn % 2 === 0 ? null : Uint8Array.from({ length }, (_, row) => row % 4)
  const watermarks = turn % 3 === 0 ? null : Float64Array.from({ length }, (_, row) => row * 1.5)
  return { batch: varyForms({ length, columns: vectors, kinds, watermarks }, schema, turn), schema }
}

function rowsOf({ length, columns: vectors, kinds, watermarks }: Batch, schema: Schema): unknown[] {
  return Array.from({ length }, (_, row) => [
    ...vectors.map((vector, index) => valueAt(vector, row, schema[index]?.type as DataType)),
    kinds?.[row] ?? null,
    watermarks?.[row] ?? null,
  ])
}

test('the chosen rows arrive with the same values, whatever forms they had', () => {
  fc.assert(
    fc.property(columns, fc.nat(50), fc.infiniteStream(fc.boolean()), (all, turn, choices) => {
      const { batch, schema } = batchOfColumns(all, turn)
      const chosen = Int32Array.from({ length: batch.length }, (_, row) => row).filter(() => choices.next().value === true)
      const arrived = unpackBatch(structuredClone(packBatch(batch, chosen, chosen.length)))
      expect(rowsOf(arrived, schema)).toEqual([...chosen].map((row) => rowsOf(batch, schema)[row]))
      expect(rowsOf(unpackBatch(packBatch(batch, null, batch.length)), schema)).toEqual(rowsOf(batch, schema))
    }),
  )
})

test('bytes within a larger buffer do not take it along', () => {
  const value = new Uint8Array(1_000_000).subarray(5, 8)
  const batch: Batch = { length: 1, columns: [{ form: 'values', data: [value], nulls: null }], kinds: null, watermarks: null }
  const { columns: packed } = structuredClone(packBatch(batch, null, 1))
  expect(packed).toMatchObject([{ form: 'values', data: [new Uint8Array(3)] }])
  expect(packed.flatMap((each) => (each.form === 'values' ? each.data : [])).map((each) => (each as Uint8Array).buffer.byteLength)).toEqual(
    [3],
  )
})
