/** Errors of running statements. */
import { defineErrors } from '#base'

export const queryErrors = defineErrors({
  QUERY_SETTING_NOT_FOUND: { blame: 'user', message: 'setting "{key}" does not exist' },
  QUERY_SETTING_VALUE: { blame: 'user', message: 'setting "{key}" expects {expected}, got "{value}"' },
  QUERY_STOPPED: { blame: 'user', message: 'the run was stopped' },
})
