export { optimize } from './optimize.ts'
export type { OptimizerFacts } from './rule.ts'
