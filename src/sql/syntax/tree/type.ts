import type { TextPosition } from '#base'
import type { IntervalQualifier } from './literal.ts'
import type { Identifier, Name } from './name.ts'

export type SimpleTypeName =
  | 'CHAR'
  | 'VARCHAR'
  | 'STRING'
  | 'BOOLEAN'
  | 'BINARY'
  | 'VARBINARY'
  | 'BYTES'
  | 'DECIMAL'
  | 'TINYINT'
  | 'SMALLINT'
  | 'INT'
  | 'BIGINT'
  | 'FLOAT'
  | 'DOUBLE'
  | 'DATE'
  | 'TIME'
  | 'TIMESTAMP'
  | 'TIMESTAMP_LTZ'
  | 'TIMESTAMP_TZ'
  | 'VARIANT'
  | 'BITMAP'
  | 'NULL'

/** Synonyms arrive under one name: INTEGER as INT, NUMERIC and DEC as DECIMAL, DOUBLE PRECISION as DOUBLE. */
export interface SimpleType {
  readonly kind: 'simple-type'
  readonly name: SimpleTypeName
  /** Length, or precision and scale, as written; empty when none were. */
  readonly parameters: readonly number[]
  readonly nullable: boolean
  readonly position: TextPosition
}

interface IntervalType {
  readonly kind: 'interval-type'
  readonly qualifier: IntervalQualifier
  readonly nullable: boolean
  readonly position: TextPosition
}

/** `ARRAY<T>` and `T ARRAY`; MULTISET likewise. */
interface ElementType {
  readonly kind: 'array-type' | 'multiset-type'
  readonly element: DataType
  readonly nullable: boolean
  readonly position: TextPosition
}

interface MapType {
  readonly kind: 'map-type'
  readonly key: DataType
  readonly value: DataType
  readonly nullable: boolean
  readonly position: TextPosition
}

export interface RowField {
  readonly kind: 'row-field'
  readonly name: Identifier
  readonly type: DataType
  readonly comment?: string
  readonly position: TextPosition
}

/** `ROW<a INT 'comment', …>` and `ROW(a INT, …)`. */
interface RowType {
  readonly kind: 'row-type'
  readonly fields: readonly RowField[]
  readonly nullable: boolean
  readonly position: TextPosition
}

/** `STRUCTURED<'class', a INT, …>`. */
interface StructuredType {
  readonly kind: 'structured-type'
  readonly className: string
  readonly fields: readonly RowField[]
  readonly nullable: boolean
  readonly position: TextPosition
}

/** `RAW('class', 'serializer snapshot')`. */
interface RawType {
  readonly kind: 'raw-type'
  readonly className: string
  readonly serializer: string
  readonly nullable: boolean
  readonly position: TextPosition
}

/** A type that is no word of the language: a user's own, or a misspelt one. */
export interface NamedType {
  readonly kind: 'named-type'
  readonly name: Name
  readonly nullable: boolean
  readonly position: TextPosition
}

export type DataType = SimpleType | IntervalType | ElementType | MapType | RowType | StructuredType | RawType | NamedType
