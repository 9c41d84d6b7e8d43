export { type Clock, systemClock } from './clock.ts'
export {
  assert,
  definedErrors,
  defineErrors,
  type ErrorExtras,
  type ErrorRow,
  MillraceError,
  type TextPosition,
  unreachable,
} from './error.ts'
export { parseDurationMs, parseMemoryBytes } from './quantity.ts'
export { closeNames } from './suggest.ts'
