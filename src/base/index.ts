export { type Clock, systemClock } from './clock.ts'
export {
  assert,
  type Blame,
  definedErrors,
  defineErrors,
  type ErrorExtras,
  type ErrorFactory,
  type ErrorParameters,
  type ErrorRow,
  MillraceError,
  type TextPosition,
  unreachable,
} from './error.ts'
export { closeNames } from './suggest.ts'
