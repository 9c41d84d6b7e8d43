/** What goes wrong without anybody having foreseen it. */
import { defineErrors } from './error.ts'

export const baseErrors = defineErrors({
  BASE_UNEXPECTED: { blame: 'internal', message: 'an unexpected error: {problem}' },
})
