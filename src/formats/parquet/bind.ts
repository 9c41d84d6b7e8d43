/** Finds the columns of a table in a file: by name, with types that suit. What fits becomes a plan to read it. */
import { closeNames, listed } from '#base'
import { type DataType, integerType, printType, type TimeZone } from '#data'
import { type FileContext, parquetErrors } from './errors.ts'
import { openLeaf } from './leaf-type.ts'
import type { LeafSource, LeafValues } from './leaf-values.ts'
import { printNode, type SchemaNode } from './schema-tree.ts'

/** How a column is put together from leaves. `definition` is the level at which the value itself is there. */
export type ColumnPlan =
  | { readonly kind: 'leaf'; readonly node: SchemaNode; readonly type: DataType; readonly values: LeafValues }
  | { readonly kind: 'row'; readonly definition: number; readonly fields: readonly ColumnPlan[] }
  | {
      readonly kind: 'array' | 'map'
      readonly definition: number
      /** Levels of the repeated node: values at it mean that there is an element. */
      readonly repeatedDefinition: number
      readonly repetition: number
      /** One element; of maps, key and value. */
      readonly parts: readonly ColumnPlan[]
    }

export interface BindingSource {
  readonly table: string
  readonly zone: TimeZone
  readonly context: FileContext
}

export function bindColumn(columns: readonly SchemaNode[], name: string, type: DataType, source: BindingSource): ColumnPlan {
  const node = findNode(columns, name, name, source)
  return bindNode(node, type, name, source)
}

function findNode(nodes: readonly SchemaNode[], name: string, path: string, { table, context }: BindingSource): SchemaNode {
  const node = nodes.find((candidate) => candidate.name === name)
  if (node !== undefined) return node
  const names = nodes.map((candidate) => candidate.name)
  const [nearest] = closeNames(name, names, 1)
  throw parquetErrors.FORMATS_PARQUET_COLUMN_NOT_FOUND(
    { column: path, table, file: context.file, columns: listed(names, 'and', 20) },
    { hint: nearest === undefined ? undefined : `Use "${nearest}".` },
  )
}

function bindNode(node: SchemaNode, type: DataType, path: string, source: BindingSource): ColumnPlan {
  const plan = planOf(node, type, path, source)
  if (plan !== null) return plan
  throw parquetErrors.FORMATS_PARQUET_COLUMN_MISMATCH({
    column: path,
    table: source.table,
    expected: printType({ ...type, nullable: true }),
    actual: printNode(node),
    file: source.context.file,
  })
}

function planOf(node: SchemaNode, type: DataType, path: string, source: BindingSource): ColumnPlan | null {
  const { logical, repetition } = node.element
  switch (type.kind) {
    case 'row': {
      if (node.leaf >= 0 || logical !== null || repetition === 'REPEATED') return null
      const fields = type.fields.map((field) => {
        const fieldPath = `${path}.${field.name}`
        return bindNode(findNode(node.children, field.name, fieldPath, source), field.type, fieldPath, source)
      })
      return { kind: 'row', definition: node.definition, fields }
    }
    case 'array':
      return repetition === 'REPEATED' ? repeatedArray(node, type.element, path, source) : listArray(node, type.element, path, source)
    case 'map':
      return mapOf(node, type.key, type.value, path, source)
    case 'multiset':
      return mapOf(node, type.element, integerType, path, source)
    default: {
      const leafSource: LeafSource = { context: source.context, column: path, length: node.element.length }
      const values = openLeaf(node, type, source.zone, leafSource)
      return values === null ? null : { kind: 'leaf', node, type, values }
    }
  }
}

/** A repeated node that no list is around: never NULL. */
function repeatedArray(node: SchemaNode, element: DataType, path: string, source: BindingSource): ColumnPlan {
  const part = bindNode({ ...node, element: { ...node.element, repetition: 'REQUIRED' } }, element, `${path}[]`, source)
  return {
    kind: 'array',
    definition: node.definition - 1,
    repeatedDefinition: node.definition,
    repetition: node.repetition,
    parts: [part],
  }
}

/**
 * A LIST: a group around a repeated node. The repeated node is the element itself when it is no group, has several fields, or is named
 * `array` or for its list; otherwise the element is its only child.
 */
function listArray(node: SchemaNode, element: DataType, path: string, source: BindingSource): ColumnPlan | null {
  const [repeated] = node.children
  if (node.element.logical?.kind !== 'list' || repeated?.element.repetition !== 'REPEATED' || node.children.length !== 1) return null
  const [only] = repeated.children
  const isElement = repeated.leaf >= 0 || repeated.children.length !== 1 || isElementName(repeated.name, node.name)
  const inner = isElement || only === undefined ? { ...repeated, element: { ...repeated.element, repetition: 'REQUIRED' as const } } : only
  return {
    kind: 'array',
    definition: node.definition,
    repeatedDefinition: repeated.definition,
    repetition: repeated.repetition,
    parts: [bindNode(inner, element, `${path}[]`, source)],
  }
}

function isElementName(name: string, list: string): boolean {
  return name === 'array' || name === `${list}_tuple`
}

function mapOf(node: SchemaNode, key: DataType, value: DataType, path: string, source: BindingSource): ColumnPlan | null {
  const [repeated] = node.children
  if (node.element.logical?.kind !== 'map' || repeated?.element.repetition !== 'REPEATED') return null
  const [keyNode, valueNode] = repeated.children
  if (keyNode === undefined || valueNode === undefined) return null
  return {
    kind: 'map',
    definition: node.definition,
    repeatedDefinition: repeated.definition,
    repetition: repeated.repetition,
    parts: [bindNode(keyNode, key, `${path}.key`, source), bindNode(valueNode, value, `${path}.value`, source)],
  }
}

/** The leaves of a plan, in the order of the schema within it. */
export function leavesOf(plan: ColumnPlan): Extract<ColumnPlan, { kind: 'leaf' }>[] {
  switch (plan.kind) {
    case 'leaf':
      return [plan]
    case 'row':
      return plan.fields.flatMap(leavesOf)
    default:
      return plan.parts.flatMap(leavesOf)
  }
}
