/** Functions of real numbers: all of them take and give DOUBLE. */
import type { Evaluation } from './evaluation.ts'

const degreesPerRadian = 57.295_779_513_082_32
const radiansPerDegree = 0.017_453_292_519_943_295

export const realEvaluations = {
  POWER: () => Math.pow,
  SQRT: () => Math.sqrt,
  EXP: () => Math.exp,
  LN: () => Math.log,
  LOG: ({ arguments: { length } }) => (length === 1 ? Math.log : (base: number, value: number) => Math.log(value) / Math.log(base)),
  LOG2: () => (value: number) => Math.log(value) / Math.LN2,
  LOG10: () => Math.log10,
  SIN: () => Math.sin,
  COS: () => Math.cos,
  TAN: () => Math.tan,
  COT: () => (value: number) => 1 / Math.tan(value),
  SINH: () => Math.sinh,
  COSH: () => Math.cosh,
  TANH: () => Math.tanh,
  ASIN: () => Math.asin,
  ACOS: () => Math.acos,
  ATAN: () => Math.atan,
  ATAN2: () => Math.atan2,
  DEGREES: () => (radians: number) => radians * degreesPerRadian,
  RADIANS: () => (degrees: number) => degrees * radiansPerDegree,
  PI: () => () => Math.PI,
  E: () => () => Math.E,
} satisfies Record<string, Evaluation>
