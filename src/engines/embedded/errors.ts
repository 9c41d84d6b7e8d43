/** Errors of the embedded engine. */
import { defineErrors } from '#base'

export const embeddedErrors = defineErrors({
  ENGINE_FUNCTION_THREW: { blame: 'user', message: 'function {name} stopped with an error: {problem}' },
  ENGINE_DIVISION_BY_ZERO: { blame: 'user', message: 'cannot divide by zero', hint: 'Guard the division, as in a / NULLIF(b, 0).' },
  ENGINE_SUBQUERY_ROWS: { blame: 'user', message: 'a sub-query used as a value gave {count} rows, expected one' },
  ENGINE_TABLE_NOT_READABLE: { blame: 'user', message: 'table "{table}" cannot be read: connector "{connector}" only writes' },
  ENGINE_TABLE_NOT_WRITABLE: { blame: 'user', message: 'table "{table}" cannot be written: connector "{connector}" only reads' },
  ENGINE_METADATA_NOT_FOUND: {
    blame: 'user',
    message: 'metadata "{key}" of table "{table}" does not exist in connector "{connector}"',
  },
  ENGINE_NULL_NOT_ALLOWED: {
    blame: 'user',
    message: 'column "{column}" of table "{table}" is NOT NULL, but a row has NULL there',
    hint: 'Declare the column without NOT NULL, or give a value with COALESCE.',
  },
  ENGINE_SORT_UNBOUNDED: {
    blame: 'user',
    message: 'engine "embedded" cannot run a sort over an unbounded input',
    hint: 'Add LIMIT, or sort by the event-time column first, ascending.',
  },
  ENGINE_BATCH_UNBOUNDED: {
    blame: 'user',
    message: 'batch mode cannot read table "{table}", which does not end',
    hint: "Bound the table by its options, or SET 'execution.runtime-mode' = 'streaming'.",
  },
  ENGINE_NOT_SUPPORTED: { blame: 'user', message: 'engine "embedded" cannot run {what}' },
})
