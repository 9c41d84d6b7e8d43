export { optimize, type OptimizerFacts } from './optimize.ts'
