/** The schema of a file to be written: every type as Flink writes it, lists and maps in three levels. */
import { type DataType, integerType, printType, type Schema } from '#data'
import { formatErrors } from '../errors.ts'
import type { LogicalType, PhysicalType, Repetition } from './schema-element.ts'
import { type EncoderSource, type ValueEncoder, valueEncoder } from './value-encoder.ts'

export interface WrittenNode {
  readonly name: string
  readonly path: readonly string[]
  readonly repetition: Repetition
  /** Null for groups. */
  readonly physical: PhysicalType | null
  readonly length: number
  readonly logical: LogicalType | null
  /** Null for groups. */
  readonly encoder: ValueEncoder | null
  /** Levels of a value whose node is there. */
  readonly definition: number
  readonly repeated: number
  readonly children: readonly WrittenNode[]
}

export function writtenColumns(schema: Schema, source: Omit<EncoderSource, 'column'>): readonly WrittenNode[] {
  return schema.map((column) => {
    const top: Above = { path: [], definition: 0, repeated: 0, source: { ...source, column: column.name } }
    return nodeOf(column.name, column.type, 'OPTIONAL', top)
  })
}

export function writtenLeaves(node: WrittenNode): WrittenNode[] {
  return node.encoder === null ? node.children.flatMap(writtenLeaves) : [node]
}

/** What a node inherits. */
interface Above {
  readonly path: readonly string[]
  readonly definition: number
  readonly repeated: number
  readonly source: EncoderSource
}

function nodeOf(name: string, type: DataType, repetition: Repetition, above: Above): WrittenNode {
  switch (type.kind) {
    case 'row':
      return group(name, repetition, null, above, (inner) => type.fields.map((field) => nodeOf(field.name, field.type, 'OPTIONAL', inner)))
    case 'array':
      return group(name, repetition, { kind: 'list' }, above, (inner) => [
        group('list', 'REPEATED', null, inner, (repeated) => [nodeOf('element', type.element, 'OPTIONAL', repeated)]),
      ])
    case 'map':
      return mapOf(name, type.key, type.value, repetition, above)
    case 'multiset':
      return mapOf(name, type.element, integerType, repetition, above)
    default:
      return leafOf(name, type, repetition, above)
  }
}

function mapOf(name: string, key: DataType, value: DataType, repetition: Repetition, above: Above): WrittenNode {
  return group(name, repetition, { kind: 'map' }, above, (inner) => [
    group('key_value', 'REPEATED', null, inner, (repeated) => [
      nodeOf('key', key, 'REQUIRED', repeated),
      nodeOf('value', value, 'OPTIONAL', repeated),
    ]),
  ])
}

function below(name: string, repetition: Repetition, above: Above): Above {
  return {
    path: [...above.path, name],
    definition: above.definition + (repetition === 'REQUIRED' ? 0 : 1),
    repeated: above.repeated + (repetition === 'REPEATED' ? 1 : 0),
    source: above.source,
  }
}

function group(
  name: string,
  repetition: Repetition,
  logical: LogicalType | null,
  above: Above,
  children: (inner: Above) => readonly WrittenNode[],
): WrittenNode {
  const inner = below(name, repetition, above)
  const { path, definition, repeated } = inner
  return { name, path, repetition, physical: null, length: 0, logical, encoder: null, definition, repeated, children: children(inner) }
}

function leafOf(name: string, type: DataType, repetition: Repetition, above: Above): WrittenNode {
  const encoder = valueEncoder(type, above.source)
  if (encoder === null) {
    throw formatErrors.FORMATS_TYPE_UNSUPPORTED({ format: 'parquet', type: printType(type), column: above.source.column })
  }
  const { path, definition, repeated } = below(name, repetition, above)
  const { physical, length, logical } = encoder
  return { name, path, repetition, physical, length, logical, encoder, definition, repeated, children: [] }
}
