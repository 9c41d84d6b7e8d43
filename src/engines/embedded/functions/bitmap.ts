/** Bitmaps: sets of whole numbers, kept as the bytes of their portable form. */
import { printBitmap, readBitmap, writeBitmap } from '#data'
import { functionErrors } from './errors.ts'
import type { Evaluation } from './evaluation.ts'

export const bitmapEvaluations = {
  BITMAP_BUILD: () => (numbers: readonly (number | null)[]) =>
    bitmapOf(new Set(numbers.flatMap((number) => (number === null ? [] : [number >>> 0])))),
  BITMAP_AND: () => together((left, right) => left.intersection(right)),
  BITMAP_ANDNOT: () => together((left, right) => left.difference(right)),
  BITMAP_OR: () => together((left, right) => left.union(right)),
  BITMAP_XOR: () => together((left, right) => left.symmetricDifference(right)),
  BITMAP_CARDINALITY: () => (bitmap: Uint8Array) => numbersIn(bitmap).length,
  BITMAP_FROM_BYTES: () => (bytes: Uint8Array) => {
    const numbers = readBitmap(bytes)
    if (numbers === null) throw functionErrors.ENGINE_BYTES_NOT_BITMAP()
    return writeBitmap(numbers)
  },
  BITMAP_TO_BYTES: () => (bitmap: Uint8Array) => bitmap,
  BITMAP_TO_ARRAY: () => (bitmap: Uint8Array) => numbersIn(bitmap).map((number) => number | 0),
  BITMAP_TO_STRING: () => printBitmap,
} satisfies Record<string, Evaluation>

function together(combined: (left: ReadonlySet<number>, right: ReadonlySet<number>) => ReadonlySet<number>) {
  return (left: Uint8Array, right: Uint8Array) => bitmapOf(combined(new Set(numbersIn(left)), new Set(numbersIn(right))))
}

function numbersIn(bitmap: Uint8Array): number[] {
  return readBitmap(bitmap) ?? []
}

function bitmapOf(numbers: ReadonlySet<number>): Uint8Array {
  return writeBitmap([...numbers].sort((a, b) => a - b))
}
