/** The schema of a file as a tree, with the levels by which its columns are taken apart. */
import type { FileContext } from './errors.ts'
import type { SchemaElement } from './schema-element.ts'

export interface SchemaNode {
  readonly element: SchemaElement
  readonly name: string
  readonly children: readonly SchemaNode[]
  /** Definition level of a value whose node is there: how many optional or repeated nodes lead to it, itself included. */
  readonly definition: number
  /** Repetition level: how many repeated nodes lead to it, itself included. */
  readonly repetition: number
  /** Number of a leaf among all leaves; −1 for groups. */
  readonly leaf: number
}

const depthMax = 32

/** The top-level columns of a file. */
export function schemaTree(elements: readonly SchemaElement[], context: FileContext): readonly SchemaNode[] {
  let next = 1
  let leaves = 0
  const readNodes = (count: number, definition: number, repetition: number, depth: number): SchemaNode[] => {
    if (depth > depthMax) throw context.damaged('its schema is nested too deeply')
    const nodes: SchemaNode[] = []
    for (let index = 0; index < count; index++) {
      const element = elements[next++]
      if (element === undefined) throw context.damaged('its schema ends early')
      const defined = definition + (element.repetition === 'REQUIRED' ? 0 : 1)
      const repeated = repetition + (element.repetition === 'REPEATED' ? 1 : 0)
      const leaf = element.physical === null ? -1 : leaves++
      const children = leaf >= 0 ? [] : readNodes(element.childCount, defined, repeated, depth + 1)
      nodes.push({ element, name: element.name, children, definition: defined, repetition: repeated, leaf })
    }
    return nodes
  }
  const columns = readNodes(elements[0]?.childCount ?? 0, 0, 0, 0)
  if (next !== elements.length) throw context.damaged('its schema has nodes that belong to no column')
  return columns
}

/** The type of a node in Parquet's words, such as `INT64 (TIMESTAMP micros)`. */
export function printNode(node: SchemaNode): string {
  const { physical, logical, length } = node.element
  const base = physical === null ? 'a group' : physical === 'FIXED_LEN_BYTE_ARRAY' ? `${physical} of ${length} bytes` : physical
  if (logical === null) return node.element.repetition === 'REPEATED' ? `a repeated ${base}` : base
  switch (logical.kind) {
    case 'decimal':
      return `${base} (DECIMAL(${logical.precision}, ${logical.scale}))`
    case 'time':
    case 'timestamp':
      return `${base} (${logical.kind.toUpperCase()} in ${logical.unit}${logical.utc ? ' of UTC' : ''})`
    case 'integer':
      return `${base} (${logical.signed ? '' : 'U'}INT${logical.bits})`
    default:
      return `${base} (${logical.kind.toUpperCase()})`
  }
}
