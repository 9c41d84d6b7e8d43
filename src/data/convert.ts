/** What the parts of CAST have in common: the shape of a conversion, and its answer to a value that cannot be converted. */
import type { ExactInteger } from './decimal.ts'

/** Converts boxed values that are not NULL. */
export type Convert = (value: unknown) => unknown

/** What a conversion gives for a value that cannot be converted. */
export const refused: unique symbol = Symbol('refused')

/** What a parser found, which is no finite number when it found nothing that fits. */
export function orRefused(value: ExactInteger): ExactInteger | typeof refused {
  return typeof value === 'number' && !Number.isFinite(value) ? refused : value
}
