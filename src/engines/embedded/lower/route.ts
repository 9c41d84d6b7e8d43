/** Where rows go from worker to worker, as it is noted while operators are made. */
import type { Relation } from '#plan'
import type { ExchangeNote } from '../../engine.ts'

/** The way into the operator of a relation; null for what comes behind all relations. */
export interface Route {
  readonly relation: Relation | null
  readonly kind: ExchangeNote['kind']
  /** How many columns are the key. */
  readonly keys: number
  readonly isCombined: boolean
}
