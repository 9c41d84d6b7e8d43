/** Bitmaps: sets of whole numbers, of which those below zero count as 2^32 more. */
import { bigintType, bitmapType, bytesType, type DataType, implicitlyCastable, integerType, stringType, withNullable } from '#data'
import { arrayOf, bytes, ofKind, type Parameter, signature } from './parameters.ts'
import type { Signature } from './signature.ts'

const bitmap = ofKind(bitmapType, 'bitmap')
const integers: DataType = arrayOf(integerType)

/** An array of whole numbers that an INT can hold; NULL among them does not count. */
const integerArray: Parameter = ({ type }) => {
  if (type.kind === 'null') return integers
  return type.kind === 'array' && implicitlyCastable(type.element, integerType) && type.element.kind !== 'null'
    ? withNullable(integers, type.nullable)
    : null
}

export const bitmapSignatures = {
  BITMAP_BUILD: signature('BITMAP_BUILD(array)', [integerArray], bitmapType),
  BITMAP_AND: together('BITMAP_AND'),
  BITMAP_ANDNOT: together('BITMAP_ANDNOT'),
  BITMAP_OR: together('BITMAP_OR'),
  BITMAP_XOR: together('BITMAP_XOR'),
  BITMAP_CARDINALITY: signature('BITMAP_CARDINALITY(bitmap)', [bitmap], bigintType),
  BITMAP_FROM_BYTES: signature('BITMAP_FROM_BYTES(bytes)', [bytes], bitmapType),
  BITMAP_TO_BYTES: signature('BITMAP_TO_BYTES(bitmap)', [bitmap], bytesType),
  BITMAP_TO_ARRAY: signature('BITMAP_TO_ARRAY(bitmap)', [bitmap], integers),
  BITMAP_TO_STRING: signature('BITMAP_TO_STRING(bitmap)', [bitmap], stringType),
} satisfies Record<string, Signature>

function together(name: string): Signature {
  return signature(`${name}(bitmap1, bitmap2)`, [bitmap, bitmap], bitmapType)
}

const number: Parameter = ({ type }) => (implicitlyCastable(type, integerType) ? withNullable(integerType, type.nullable) : null)

/** The aggregates are NULL for groups that have nothing but NULL. */
export const bitmapAggregates = {
  BITMAP_BUILD_AGG: aggregate('BITMAP_BUILD_AGG', number, bitmapType),
  BITMAP_BUILD_CARDINALITY_AGG: aggregate('BITMAP_BUILD_CARDINALITY_AGG', number, bigintType),
  BITMAP_AND_AGG: aggregate('BITMAP_AND_AGG', bitmap, bitmapType),
  BITMAP_AND_CARDINALITY_AGG: aggregate('BITMAP_AND_CARDINALITY_AGG', bitmap, bigintType),
  BITMAP_OR_AGG: aggregate('BITMAP_OR_AGG', bitmap, bitmapType),
  BITMAP_OR_CARDINALITY_AGG: aggregate('BITMAP_OR_CARDINALITY_AGG', bitmap, bigintType),
  BITMAP_XOR_AGG: aggregate('BITMAP_XOR_AGG', bitmap, bitmapType),
  BITMAP_XOR_CARDINALITY_AGG: aggregate('BITMAP_XOR_CARDINALITY_AGG', bitmap, bigintType),
} satisfies Record<string, Signature>

function aggregate(name: string, parameter: Parameter, result: DataType): Signature {
  return signature(`${name}([DISTINCT] ${parameter === bitmap ? 'bitmap' : 'number'})`, [parameter], result, { givesNull: true })
}
