export { type OptimizerFacts, optimize } from './optimize.ts'
