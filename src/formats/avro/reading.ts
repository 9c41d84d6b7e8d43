/** How the values that a writer's schema describes become values of a table's types: plain data, which values.ts and generate.ts turn into code. */
import type { DataType } from '#data'
import type { AvroSchema } from './schema.ts'

export type Reading =
  | { readonly kind: 'null' | 'boolean' | 'long' | 'float' | 'double' | 'text' }
  | { readonly kind: 'whole'; readonly least: number; readonly most: number }
  /** Counts of units: times `multiply`, divided by `divide` and rounded down, to whole steps. */
  | { readonly kind: 'scaled'; readonly multiply: number; readonly divide: number; readonly step: number; readonly most: number | null }
  /** An integer as an approximate number. */
  | { readonly kind: 'rounded'; readonly isSingle: boolean }
  /** An enum as text; null where the symbol has none. */
  | { readonly kind: 'word'; readonly words: readonly (string | null)[] }
  /** Bytes: as many as are said before them, or `size`. */
  | { readonly kind: 'bytes'; readonly size: number | null }
  | { readonly kind: 'decimal'; readonly size: number | null; readonly from: number; readonly precision: number; readonly scale: number }
  | { readonly kind: 'union'; readonly branches: readonly Reading[] }
  | { readonly kind: 'array'; readonly element: Reading; readonly items: AvroSchema }
  | { readonly kind: 'map'; readonly value: Reading }
  | { readonly kind: 'row'; readonly steps: readonly Step[]; readonly constants: readonly unknown[] }
  /** Nothing is read. */
  | { readonly kind: 'constant'; readonly value: unknown }
  /** A value that the column cannot take: its message is a fault. */
  | { readonly kind: 'mismatch'; readonly detail: string }

/** A field of a record in the writer's order: it goes to a slot of the row, or, with a reading of null, nowhere. */
export interface Step {
  readonly name: string
  readonly schema: AvroSchema
  readonly slot: number
  readonly reading: Reading | null
}

/** What is wanted of a record: columns of a table or fields of a row. */
export interface WantedColumn {
  readonly name: string
  readonly type: DataType
}
