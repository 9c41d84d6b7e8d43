/** What the operator of a relation keeps while a job runs, and what bounds it, in words for people. */
import { printDuration } from '#base'
import {
  type Aggregate,
  asOfTimeOf,
  columnOf,
  type Join,
  joinTimeOf,
  type Over,
  printName,
  type Relation,
  type Sort,
  schemaOf,
  type Top,
  type Window,
} from '#plan'
import type { StateNote } from '../../engine.ts'

/** What decides about state besides the relation itself. */
export interface StateFacts {
  /** Rows come all at once, and nothing expires. */
  readonly isBatch: boolean
  /** How long idle state is kept where the plan does not say; 0: for good. */
  readonly stateTtlMs: number
  isAppendOnly(relation: Relation): boolean
  /** Whether one side of a join is a table that ends and is read before the other. */
  readFirst(join: Join): 'left' | 'right' | null
  /** Whether all rows of a relation come from tables that end. */
  ends(relation: Relation): boolean
}

/** Null for a relation that keeps nothing. */
export function stateNoteOf(relation: Relation, facts: StateFacts): StateNote | null {
  const note = streamNoteOf(relation, facts)
  if (note === null || !facts.isBatch) return note
  return { keeps: note.keeps, bound: 'kept until the input ends', grows: false }
}

/** What is kept before a sink of upserts, by its key. */
export function sinkNoteOf(key: readonly string[], facts: StateFacts): StateNote {
  return {
    keeps: `all rows of each ${named(key)}, by the order in which they came`,
    ...lifetime('the rows of its input', undefined, facts, false),
  }
}

function streamNoteOf(relation: Relation, facts: StateFacts): StateNote | null {
  switch (relation.kind) {
    case 'window':
      return windowNote(relation)
    case 'aggregate':
      return aggregateNote(relation, facts)
    case 'over':
      return overNote(relation, facts)
    case 'join':
      return joinNote(relation, facts)
    case 'distinct':
      return { keeps: 'one entry per different row', ...lifetime('distinct rows', relation.stateTtlMs, facts, true) }
    case 'normalise':
      return { keeps: `the row of each ${named(relation.key)}`, ...lifetime(`distinct ${named(relation.key)}`, undefined, facts, false) }
    case 'top':
      return topNote(relation, facts)
    case 'sort':
      return sortNote(relation, facts)
    case 'match':
      return matchNote(relation.partitionBy, relation.withinMs)
    default:
      return null
  }
}

type Lifetime = Pick<StateNote, 'bound' | 'grows'>

/** `what` is what the state grows with, in the plural. */
function lifetime(what: string, ownTtlMs: number | undefined, { stateTtlMs }: StateFacts, takesHint: boolean): Lifetime {
  const ttlMs = ownTtlMs ?? stateTtlMs
  if (ttlMs > 0) return { bound: `dropped ${printDuration(ttlMs)} after it was written last`, grows: false }
  if (ownTtlMs === 0) return { bound: `grows with ${what}; kept for good, as its STATE_TTL hint says`, grows: true }
  const remedy = takesHint ? 'set table.exec.state.ttl or a STATE_TTL hint' : 'set table.exec.state.ttl'
  return { bound: `grows with ${what}; no time-to-live: ${remedy}`, grows: true }
}

const openWindows: Lifetime = { bound: 'bounded by open windows', grows: false }

function named(columns: readonly string[]): string {
  return columns.map(printName).join(', ')
}

/** Only sessions keep rows: those of other windows carry their bounds with them. */
function windowNote({ shape }: Window): StateNote | null {
  return shape.kind === 'session' ? { keeps: 'the rows of open sessions', bound: 'bounded by open sessions', grows: false } : null
}

function aggregateNote(aggregate: Aggregate, facts: StateFacts): StateNote {
  const { window, keys, stateTtlMs } = aggregate
  const values = valuesKept(aggregate, !facts.isAppendOnly(aggregate.input))
  if (window !== null) {
    const others = keys.filter((key) => key !== window.start && key !== window.end)
    return { keeps: `one entry per ${others.length === 0 ? '' : `${named(others)} and `}open window${values}`, ...openWindows }
  }
  if (keys.length > 0)
    return { keeps: `one entry per ${named(keys)}${values}`, ...lifetime(`distinct ${named(keys)}`, stateTtlMs, facts, true) }
  if (values === '') return { keeps: 'one entry', bound: 'bounded: there is one group', grows: false }
  return { keeps: `one entry${values}`, ...lifetime('the values in it', stateTtlMs, facts, true) }
}

const keepingValues: ReadonlySet<string> = new Set(['LISTAGG', 'STRING_AGG', 'ARRAY_AGG', 'COLLECT', 'JSON_ARRAYAGG', 'JSON_OBJECTAGG'])
const choosing: ReadonlySet<string> = new Set(['MIN', 'MAX', 'FIRST_VALUE', 'LAST_VALUE'])

/** What measures keep of the values themselves, as the end of a phrase. */
function valuesKept({ measures }: Aggregate, retracts: boolean): string {
  const parts: string[] = []
  if (measures.some((measure) => measure.distinct)) parts.push('its distinct values')
  if (measures.some((measure) => keepingValues.has(measure.function))) parts.push('its listed values')
  const chosen = new Set(measures.flatMap((measure) => (retracts && choosing.has(measure.function) ? [measure.function] : [])))
  if (chosen.size > 0) parts.push(`all values that ${[...chosen].join(' and ')} may fall back to`)
  return parts.length === 0 ? '' : ` with ${parts.join(' and ')}`
}

function overNote({ partitionBy, frame }: Over, facts: StateFacts): StateNote {
  const key = partitionBy.length === 0 ? '' : ` of each ${named(partitionBy)}`
  const { unit, preceding } = frame
  if (unit === 'range' && preceding !== null) {
    return { keeps: `rows${key} of the last ${printDuration(preceding)}`, bound: 'bounded by the frame in event time', grows: false }
  }
  const keeps = preceding === null ? `running results${key}, and rows that wait for the watermark` : `the last ${preceding} rows${key}`
  if (partitionBy.length === 0) return { keeps, bound: 'bounded by the frame', grows: false }
  return { keeps, ...lifetime(`distinct ${named(partitionBy)}`, undefined, facts, false) }
}

function joinNote(join: Join, facts: StateFacts): StateNote {
  const asOf = asOfTimeOf(join)
  if (asOf?.kind === 'event-time') {
    const keeps = 'rows that wait for the watermark, and of each key the versions that they can still meet'
    return { keeps, ...lifetime('distinct keys', undefined, facts, false) }
  }
  if (asOf !== null) {
    const keeps = 'rows of the table as far as its options say; all of them where it is read as a whole'
    return { keeps, bound: 'bounded by the cache of the table', grows: false }
  }
  const time = joinTimeOf(join, schemaOf(join.left), schemaOf(join.right))
  if (time?.kind === 'window') return { keeps: 'the rows of both inputs in open windows', ...openWindows }
  if (time !== null) {
    const bound = `bounded by the interval of ${printDuration(Math.max(0, time.toMs - time.fromMs))} in ${time.role === 'event-time' ? 'event' : 'processing'} time`
    return { keeps: 'the rows of both inputs that can still meet a partner', bound, grows: false }
  }
  return regularJoinNote(join, facts)
}

function regularJoinNote(join: Join, facts: StateFacts): StateNote {
  const first = facts.readFirst(join)
  if (first !== null) {
    const ttlMs = join.stateTtlMs?.[first] ?? facts.stateTtlMs
    const bound = ttlMs > 0 ? `dropped ${printDuration(ttlMs)} after it was written last` : 'bounded by that table'
    return { keeps: `the rows of its ${first} input, a table that ends and is read first`, bound, grows: false }
  }
  const { left = facts.stateTtlMs, right = facts.stateTtlMs } = join.stateTtlMs ?? {}
  const keeps = 'the rows of both inputs'
  if (left === right)
    return { keeps, ...lifetime('the rows of both inputs', join.stateTtlMs === undefined ? undefined : left, facts, true) }
  const side = (ms: number): string => (ms === 0 ? 'kept for good' : `dropped ${printDuration(ms)} after they were written last`)
  return { keeps, bound: `left rows are ${side(left)}, right rows ${side(right)}`, grows: left === 0 || right === 0 }
}

function topNote(top: Top, facts: StateFacts): StateNote {
  const { partitionBy, to, input } = top
  const roles = partitionBy.map((name) => columnOf(input, name).role)
  const count = to === 1 ? 'one row' : `${to} rows`
  if (roles.includes('window-end')) {
    const others = partitionBy.filter((_, index) => roles[index] !== 'window-end' && roles[index] !== 'window-start')
    return { keeps: `${count} per ${others.length === 0 ? '' : `${named(others)} and `}open window`, ...openWindows }
  }
  const key = partitionBy.length === 0 ? '' : ` per ${named(partitionBy)}`
  if (!facts.isAppendOnly(input)) {
    return { keeps: 'all rows of its input, since rows can be taken back', ...lifetime('the rows of its input', undefined, facts, false) }
  }
  if (key === '') return { keeps: count, bound: 'bounded by its places', grows: false }
  return { keeps: `${count}${key}`, ...lifetime(`distinct ${named(partitionBy)}`, undefined, facts, false) }
}

function sortNote({ input, orderBy, limit, offset }: Sort, facts: StateFacts): StateNote | null {
  const isAppendOnly = facts.isAppendOnly(input)
  if (orderBy.length === 0 && limit !== null && isAppendOnly) return null
  if (facts.ends(input) && limit === null) return { keeps: 'all rows of its input', bound: 'kept until the input ends', grows: false }
  if (limit === null)
    return { keeps: 'rows that wait for the watermark', bound: 'bounded by how far the watermark is behind', grows: false }
  if (isAppendOnly) return { keeps: `${limit + offset} rows`, bound: 'bounded by LIMIT', grows: false }
  return { keeps: 'all rows of its input, since rows can be taken back', ...lifetime('the rows of its input', undefined, facts, false) }
}

function matchNote(partitionBy: readonly string[], withinMs: number | null): StateNote {
  const keeps = `the rows of matches that have begun${partitionBy.length === 0 ? '' : `, per ${named(partitionBy)}`}`
  if (withinMs !== null) return { keeps, bound: `bounded by WITHIN ${printDuration(withinMs)}`, grows: false }
  return { keeps, bound: 'grows with matches that have begun and never end; no WITHIN: add WITHIN INTERVAL to the pattern', grows: true }
}
