/** Three-valued logic. */
import type { Evaluation } from './evaluation.ts'

type Truth = boolean | null

export const logicEvaluations = {
  AND:
    () =>
    (...conditions: Truth[]) =>
      conditions.includes(false) ? false : conditions.includes(null) ? null : true,
  OR:
    () =>
    (...conditions: Truth[]) =>
      conditions.includes(true) ? true : conditions.includes(null) ? null : false,
  NOT: () => (condition: boolean) => !condition,
  'IS TRUE': () => (condition: Truth) => condition === true,
  'IS NOT TRUE': () => (condition: Truth) => condition !== true,
  'IS FALSE': () => (condition: Truth) => condition === false,
  'IS NOT FALSE': () => (condition: Truth) => condition !== false,
} satisfies Record<string, Evaluation>
