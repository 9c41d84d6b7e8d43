/**
 * How many rows relations have, as far as can be guessed from the sizes of tables and the conditions on them. Guesses choose among plans
 * that are equally right; no rule may rely on them for its answer.
 */
import { conjunctsOf, type Expression, inputsOf, type Join, type Relation } from '#plan'
import type { OptimizerFacts } from './rule.ts'

export interface Estimate {
  readonly rows: number
  /** Rows without the conditions on them: about as many values has what tells its rows apart. */
  readonly rowsUnfiltered: number
  /** Whether its rows end. */
  readonly ends: boolean
  /** Whether it only reads and tests rows, so that an engine can read it before what it is joined with. */
  readonly isPlain: boolean
}

type Guess = Pick<Estimate, 'rows' | 'rowsUnfiltered'>

/** What was guessed before, by the facts it was guessed from: relations may be read by many, and those by many again. */
const known = new WeakMap<OptimizerFacts, WeakMap<Relation, Estimate | null>>()

/** The estimate of a relation; null where nobody knows the size of a table below it. */
export function estimateOf(relation: Relation, facts: OptimizerFacts): Estimate | null {
  const estimates = known.get(facts) ?? new WeakMap<Relation, Estimate | null>()
  known.set(facts, estimates)
  const before = estimates.get(relation)
  if (before !== undefined) return before
  const estimate = guess(relation, facts)
  estimates.set(relation, estimate)
  return estimate
}

function guess(relation: Relation, facts: OptimizerFacts): Estimate | null {
  if (relation.kind === 'scan') {
    const size = facts.sizeOf?.(relation) ?? null
    return size === null ? null : { ...equally(size.rows), ends: size.ends, isPlain: size.ends }
  }
  const inputs = inputsOf(relation).map((input) => estimateOf(input, facts))
  const rows = guessOf(relation, inputs)
  if (rows === null) return null
  const ends = inputs.every((input) => input?.ends === true)
  const handsOn = relation.kind === 'values' || relation.kind === 'project' || relation.kind === 'filter'
  return { ...rows, ends, isPlain: ends && handsOn && inputs.every((input) => input?.isPlain === true) }
}

function equally(rows: number): Guess {
  return { rows, rowsUnfiltered: rows }
}

/** Rows that come together in a group or fall to a partition, where nothing is known. */
const rowsPerGroup = 10

function guessOf(relation: Relation, inputs: readonly (Estimate | null)[]): Guess | null {
  if (relation.kind === 'values') return equally(relation.rows.length)
  if (relation.kind === 'aggregate' && relation.keys.length === 0 && relation.groupingSets === null) return equally(1)
  const known = inputs.flatMap((input) => input ?? [])
  const [input] = known
  if (relation.kind === 'sort') return limited(relation.limit, input)
  if (input === undefined || known.length < inputs.length) return null
  switch (relation.kind) {
    case 'filter':
      return { ...input, rows: input.rows * shareOf(relation.condition) }
    case 'aggregate':
      return equally((Math.max(1, relation.groupingSets?.sets.length ?? 1) * input.rows) / rowsPerGroup)
    case 'top':
      return equally(Math.min(input.rows, ((relation.to - relation.from + 1) * input.rows) / rowsPerGroup))
    case 'window':
      return relation.shape.kind === 'hop' ? equally((input.rows * relation.shape.sizeMs) / relation.shape.slideMs) : input
    case 'union':
      return equally(known.reduce((rows, each) => rows + each.rows, 0))
    case 'join':
      return joined(relation, known)
    case 'project':
    case 'watermark':
    case 'distinct':
    case 'over':
      return input
    default:
      return null
  }
}

function limited(limit: number | null, input: Estimate | undefined): Guess | null {
  if (limit === null) return input ?? null
  return equally(Math.min(limit, input?.rows ?? limit))
}

/** Of the joins that keep their place: each row of the larger side meets one row. */
function joined({ type, asOf }: Join, [left, right]: readonly Estimate[]): Guess | null {
  if (left === undefined || right === undefined) return null
  if (type === 'semi' || type === 'anti') return { ...left, rows: left.rows / 2 }
  return equally(asOf === null ? Math.max(left.rows, right.rows) : left.rows)
}

/** The share of rows for which a condition holds. */
function shareOf(condition: Expression | null): number {
  return conjunctsOf(condition).reduce((share, conjunct) => share * shareOfOne(conjunct), 1)
}

const equalShare = 0.1
const rangeShare = 0.3
const otherShare = 0.25

function shareOfOne(condition: Expression): number {
  if (condition.kind !== 'call') return otherShare
  const { function: name, arguments: parts } = condition
  switch (name) {
    case '=':
      return equalShare
    case '<>':
    case 'IS NOT NULL':
      return 1 - equalShare
    case '<':
    case '<=':
    case '>':
    case '>=':
      return rangeShare
    case 'IN':
      return Math.min(0.5, (parts.length - 1) * equalShare)
    case 'OR':
      return Math.min(
        1,
        parts.reduce((share, part) => share + shareOf(part), 0),
      )
    case 'NOT':
      return 1 - (parts[0] === undefined ? 0 : shareOf(parts[0]))
    default:
      return otherShare
  }
}
