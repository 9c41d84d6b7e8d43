/** Random streams for property tests: changes that only take away what is there, and random cuts into batches. */
import { changeDelete, changeInsert, changeUpdateAfter, changeUpdateBefore, integerType, type Schema, stringType } from '#data'
import type { Change } from './changelog.fixture.ts'
import type { Step } from './run-operator.fixture.ts'

/** A small generator of random numbers: the same seed, the same numbers. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** A number from 0 to `limit` − 1. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T
  }
}

/** A column of numbers and one of texts, for operators that only pass rows on. */
export const smallSchema: Schema = [
  { name: 'number', type: integerType },
  { name: 'text', type: stringType },
]

/** A row of the small schema; few values, so that rows repeat, and NULL among them. */
export function smallRow(random: Random): readonly unknown[] {
  return [random.pick([0, 1, 2, null]), random.pick(['a', 'b', null])]
}

export type PlainChange = Pick<Change, 'kind' | 'row'>

/** Inserts, and with `retracts` also deletions and updates of rows that are there. */
export function randomChanges(random: Random, count: number, row: () => readonly unknown[], retracts: boolean): PlainChange[] {
  const changes: PlainChange[] = []
  const there: (readonly unknown[])[] = []
  while (changes.length < count) {
    const choice = retracts && there.length > 0 ? random.below(5) : 0
    if (choice < 3) {
      const added = row()
      there.push(added)
      changes.push({ kind: choice === 1 ? changeUpdateAfter : changeInsert, row: added })
      continue
    }
    const [gone] = there.splice(random.below(there.length), 1)
    if (gone === undefined) continue
    if (choice === 3) changes.push({ kind: changeDelete, row: gone })
    else {
      const added = row()
      there.push(added)
      changes.push({ kind: changeUpdateBefore, row: gone }, { kind: changeUpdateAfter, row: added })
    }
  }
  return changes
}

/** Cuts changes into batches of random lengths. Change kinds are left out when all are inserts and `appends`. */
export function randomBatches(random: Random, changes: readonly PlainChange[], input = 0, appends = false): Step[] {
  const steps: Step[] = []
  const longest = 1 + random.below(12)
  for (let at = 0; at < changes.length; ) {
    const part = changes.slice(at, at + 1 + random.below(longest))
    at += part.length
    const rows = part.map((change) => change.row)
    steps.push(appends ? { input, rows } : { input, rows, kinds: part.map((change) => change.kind) })
  }
  return steps
}

/** Mixes sequences of steps, each in its own order. */
export function interleave(random: Random, sequences: readonly (readonly Step[])[]): Step[] {
  const rest = sequences.map((steps) => [...steps])
  const mixed: Step[] = []
  while (rest.some((steps) => steps.length > 0)) {
    const step = random.pick(rest.filter((steps) => steps.length > 0)).shift()
    if (step !== undefined) mixed.push(step)
  }
  return mixed
}
