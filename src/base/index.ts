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
export { errorOf, type Failure, failureOf, failuresOf } from './failure.ts'
export { type FilledPlace, findInScript, offsetInScript } from './filled-place.ts'
export { noteGivenSecret, withoutGivenSecrets } from './given-secrets.ts'
export { murmur2 } from './murmur2.ts'
export { News } from './news.ts'
export { counted, listed } from './phrase.ts'
export { isPlain, printable, printableLines } from './printable.ts'
export { putNewest } from './put-newest.ts'
export { parseDurationMs, parseMemoryBytes, printBytes, printDuration, printedDurationUnits } from './quantity.ts'
export { type FirstPauseMs, GivenUp, type Patience, retrying } from './retry.ts'
export { isSecretKey, shownOption, withoutSecrets } from './secret-text.ts'
export { shortened } from './shortened.ts'
export { closeNames, suggestion } from './suggest.ts'
export { timerMs } from './timer.ts'
