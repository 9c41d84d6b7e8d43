/**
 * Paths into JSON: $.key, ['key'], ["a","b"], [0], [-1], [0,2], [1:3], .*, [*], ..key and .length(), after `strict` (the default) or
 * `lax`. The rules are those of Jayway's JsonPath, which Flink uses. Filters are not known here.
 */
import { JsonNumber, type JsonValue } from './json-text.ts'

type PathStep =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'keys'; readonly keys: readonly string[] }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'indexes'; readonly indexes: readonly number[] }
  | { readonly kind: 'slice'; readonly from: number; readonly to: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'deep' }
  | { readonly kind: 'length' }

export interface JsonPath {
  readonly lax: boolean
  readonly steps: readonly PathStep[]
  /** Whether it leads to one place, so that the result is a value and not a list of them. */
  readonly definite: boolean
  /** The keys and indexes of a path that has nothing else; null for other paths. */
  readonly plain: readonly (string | number)[] | null
}

/** Why a path cannot be read. */
export type PathTrouble = 'malformed' | 'filter'

export function parseJsonPath(text: string): JsonPath | PathTrouble {
  const mode = /^\s*(strict|lax)\s+(.+)$/is.exec(text)
  const lax = mode?.[1]?.toLowerCase() === 'lax'
  const trimmed = (mode?.[2] ?? text).trim()
  if (trimmed === '') return 'malformed'
  const body = /^[$@]/.test(trimmed) ? trimmed.slice(1) : `.${trimmed}`
  if (body.includes('[?')) return 'filter'
  const steps: PathStep[] = []
  for (let rest = body; rest !== ''; ) {
    const found = readStep(rest)
    if (found === null) return 'malformed'
    steps.push(...found.steps)
    rest = rest.slice(found.length)
  }
  const last = steps.at(-1)
  if (last?.kind === 'deep') return 'malformed'
  const definite = steps.every(({ kind }) => kind === 'key' || kind === 'index' || kind === 'length' || kind === 'keys')
  return { lax, steps, definite, plain: plainSteps(steps) }
}

function plainSteps(steps: readonly PathStep[]): readonly (string | number)[] | null {
  const plain: (string | number)[] = []
  for (const step of steps) {
    if (step.kind === 'key') plain.push(step.key)
    else if (step.kind === 'index' && step.index >= 0) plain.push(step.index)
    else return null
  }
  return plain
}

interface FoundStep {
  readonly steps: readonly PathStep[]
  readonly length: number
}

function readStep(rest: string): FoundStep | null {
  if (rest.startsWith('..')) {
    const next = readStep(rest[2] === '[' ? rest.slice(2) : `.${rest.slice(2)}`)
    return next === null ? null : { steps: [{ kind: 'deep' }, ...next.steps], length: next.length + (rest[2] === '[' ? 2 : 1) }
  }
  const dotted = /^\.(?:(\*)|(length|size)\(\)|([^\s.[\]()*]+))/.exec(rest)
  if (dotted !== null) {
    const [whole, all, length, key = ''] = dotted
    const step: PathStep = all !== undefined ? { kind: 'all' } : length !== undefined ? { kind: 'length' } : { kind: 'key', key }
    return { steps: [step], length: whole.length }
  }
  // A dot before a bracket is let pass: $.["a b"].
  const bracket =
    /^\.?\[\s*(?:(\*)|(-?\d*)\s*:\s*(-?\d*)|(-?\d+(?:\s*,\s*-?\d+)*)|((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:\s*,\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))*))\s*\]/.exec(
      rest,
    )
  if (bracket === null) return null
  const [whole, all, from, to, numbers, names] = bracket
  const length = whole.length
  if (all !== undefined) return { steps: [{ kind: 'all' }], length }
  if (numbers !== undefined) return { steps: [indexStep(numbers.split(',').map(Number))], length }
  if (names !== undefined) return { steps: [keyStep(names)], length }
  if (from === '' && to === '') return null
  return { steps: [{ kind: 'slice', from: from === '' ? 0 : Number(from), to: to === '' ? Number.POSITIVE_INFINITY : Number(to) }], length }
}

function indexStep(indexes: readonly number[]): PathStep {
  const [index = 0] = indexes
  return indexes.length === 1 ? { kind: 'index', index } : { kind: 'indexes', indexes }
}

function keyStep(names: string): PathStep {
  const keys = Array.from(names.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g), (match) =>
    (match[1] ?? match[2] ?? '').replace(/\\(.)/g, '$1'),
  )
  const [key = ''] = keys
  return keys.length === 1 ? { kind: 'key', key } : { kind: 'keys', keys }
}

/** The value at a path; undefined when a definite path leads nowhere, or an indefinite one does so before it branches. */
export function readJsonPath(root: JsonValue, { steps, definite }: JsonPath): JsonValue | undefined {
  let values: JsonValue[] = [root]
  let branched = false
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] as PathStep
    if (step.kind === 'deep') {
      const next = steps[++i] as PathStep
      values = values.flatMap((value) => scan(value, next))
      branched = true
      continue
    }
    const found = values.flatMap((value) => take(value, step))
    const branches = step.kind === 'all' || step.kind === 'slice' || step.kind === 'indexes'
    if (found.length === 0 && !branched && !(branches && canBranch(values[0], step))) return undefined
    values = found
    branched ||= branches
  }
  return definite ? values[0] : values
}

/** A wildcard over something empty or simple is an empty list, but there is no slice of what is no array. */
function canBranch(value: JsonValue | undefined, step: PathStep): boolean {
  return step.kind === 'all' || Array.isArray(value)
}

/** A step from a value and from everything inside it, outer values first. */
function scan(value: JsonValue, step: PathStep): JsonValue[] {
  const inner =
    value instanceof Map
      ? [...(value as ReadonlyMap<string, JsonValue>).values()]
      : Array.isArray(value)
        ? (value as readonly JsonValue[])
        : []
  if (!(value instanceof Map) && !Array.isArray(value)) return []
  return [...take(value, step), ...inner.flatMap((item) => scan(item, step))]
}

/** Where a step leads from a value: nowhere, to one value, or to several. */
function take(value: JsonValue, step: PathStep): readonly JsonValue[] {
  if (step.kind === 'length') return lengthOf(value)
  if (value instanceof Map) return takeFromObject(value as ReadonlyMap<string, JsonValue>, step)
  return Array.isArray(value) ? takeFromArray(value as readonly JsonValue[], step) : []
}

function lengthOf(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return [new JsonNumber(String(value.length))]
  return value instanceof Map ? [new JsonNumber(String(value.size))] : []
}

function takeFromObject(fields: ReadonlyMap<string, JsonValue>, step: PathStep): readonly JsonValue[] {
  switch (step.kind) {
    case 'key': {
      const value = fields.get(step.key)
      return value === undefined ? [] : [value]
    }
    case 'keys':
      return [new Map(step.keys.filter((key) => fields.has(key)).map((key) => [key, fields.get(key) ?? null]))]
    case 'all':
      return [...fields.values()]
    default:
      return []
  }
}

function takeFromArray(items: readonly JsonValue[], step: PathStep): readonly JsonValue[] {
  const at = (index: number): readonly JsonValue[] => {
    const item = items.at(index)
    return item === undefined ? [] : [item]
  }
  switch (step.kind) {
    case 'index':
      return at(step.index)
    case 'indexes':
      return step.indexes.flatMap(at)
    case 'slice':
      return items.slice(step.from, step.to)
    case 'all':
      return items
    default:
      return []
  }
}
