/** stub */
import type { Evaluation } from './evaluation.ts'
const todo: Evaluation = () => () => null
export const timeTextEvaluations = {
  UNIX_TIMESTAMP: todo, FROM_UNIXTIME: todo, TO_DATE: todo, TO_TIMESTAMP: todo, TO_TIMESTAMP_LTZ: todo, DATE_FORMAT: todo, CONVERT_TZ: todo,
} satisfies Record<string, Evaluation>
