/**
 * Plans as JSON, for storage and for other processes. A relation that is read twice is written once: `nodes` lists all relations,
 * inputs before their readers, and an input is the number of its node. Numbers that JSON cannot hold are written as
 * `{"$bigint": "…"}` and `{"$number": "Infinity"}`.
 */
import { assert } from '#base'
import type { Expression, Output, Plan, Relation } from './plan.ts'
import { inputsOf, rootsOf, walkRelations } from './visit.ts'

/** Raised whenever a stored plan of before could not be read any more. */
const format = 1

interface StoredPlan {
  readonly format: number
  readonly nodes: readonly StoredNode[]
  readonly outputs: readonly { readonly output: Omit<Output, 'input'>; readonly input: number }[]
}
interface StoredNode {
  readonly relation: Record<string, unknown>
  readonly inputs: readonly number[]
}

/** A plan as JSON text; the same plan gives the same text. */
export function planToJson(plan: Plan): string {
  const numbers = new Map<Relation, number>()
  const nodes: StoredNode[] = []
  const numberOf = (relation: Relation) => numbers.get(relation) ?? -1
  walkRelations(rootsOf(plan), (relation) => {
    numbers.set(relation, nodes.length)
    nodes.push({ relation: withoutInputs(relation), inputs: inputsOf(relation).map(numberOf) })
  })
  const outputs = plan.outputs.map(({ input, ...output }) => ({ output, input: numberOf(input) }))
  return JSON.stringify({ format, nodes, outputs } satisfies StoredPlan, writeNumber)
}

/** The plan that a text of `planToJson` describes. */
export function planFromJson(text: string): Plan {
  const stored = JSON.parse(text, readNumber) as StoredPlan
  assert(stored.format === format, `a stored plan has format ${stored.format}, expected ${format}`)
  const relations: Relation[] = []
  const at = (index: number): Relation => {
    const relation = relations[index]
    assert(relation !== undefined, `a stored plan refers to node ${index} before it is there`)
    return relation
  }
  for (const node of stored.nodes) relations.push(withStoredInputs(node.relation, node.inputs.map(at)))
  return { outputs: stored.outputs.map(({ output, input }) => ({ ...output, input: at(input) }) as Output) }
}

/** The same text for expressions that compute the same, wherever they stand in the statement. */
export function expressionKey(expression: Expression): string {
  return JSON.stringify(expression, (key, value: unknown) => (key === 'origin' ? undefined : writeNumber(key, value)))
}

function withoutInputs(relation: Relation): Record<string, unknown> {
  const { input: _input, left: _left, right: _right, inputs: _inputs, ...rest } = relation as unknown as Record<string, unknown>
  return rest
}

function withStoredInputs(stored: Record<string, unknown>, inputs: readonly Relation[]): Relation {
  const [first, second] = inputs
  switch (stored.kind) {
    case 'scan':
    case 'values':
      return stored as unknown as Relation
    case 'join':
      return { ...stored, left: first, right: second } as unknown as Relation
    case 'union':
      return { ...stored, inputs } as unknown as Relation
    default:
      return { ...stored, input: first } as unknown as Relation
  }
}

/** What JSON has no form for becomes an object of one key that starts with `$`; real objects of that look are wrapped. */
function writeNumber(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { $bigint: String(value) }
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    return { $number: Object.is(value, -0) ? '-0' : String(value) }
  }
  const only = onlyEntry(value)
  return only === undefined ? value : { $entry: only }
}

function readNumber(_key: string, value: unknown): unknown {
  const only = onlyEntry(value)
  if (only === undefined) return value
  const [key, inner] = only
  if (key === '$bigint') return BigInt(String(inner))
  if (key === '$number') return Number(inner)
  return Array.isArray(inner) ? Object.fromEntries([[String(inner[0]), inner[1]]]) : value
}

function onlyEntry(value: unknown): readonly [string, unknown] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const entries = Object.entries(value)
  const [only] = entries
  return entries.length === 1 && only?.[0].startsWith('$') === true ? only : undefined
}
