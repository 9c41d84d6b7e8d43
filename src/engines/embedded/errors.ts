/** Errors of the embedded engine. */
import { defineErrors } from '#base'

export const embeddedErrors = defineErrors({
  ENGINE_FUNCTION_THREW: { blame: 'user', message: 'function {name} stopped with an error: {problem}' },
  ENGINE_FUNCTION_LATE: {
    blame: 'external',
    message: 'function {name} gave no value within {limit}',
    hint: "SET 'table.exec.async-scalar.timeout' to wait longer.",
  },
  ENGINE_FUNCTION_RETRACT: {
    blame: 'user',
    message: 'function {name} cannot take rows back, which it has to here',
    detail: 'Rows of its input can change or go again, or leave the frame of its OVER.',
    hint: 'Give the function "retract", or let it aggregate rows that only come.',
  },
  ENGINE_CHANGE_CODE: {
    blame: 'user',
    message: 'FROM_CHANGELOG cannot read a row whose code is "{code}"',
    detail: 'The codes are {codes}.',
    hint: "Give each code in op_mapping, as in MAP['c, r', 'INSERT', 'd', 'DELETE'], or leave such rows out with WHERE.",
  },
  ENGINE_CHANGE_CODE_NULL: {
    blame: 'user',
    message: 'FROM_CHANGELOG cannot read a row whose code is NULL',
    detail: 'It is in column "{column}".',
    hint: 'Leave such rows out with WHERE.',
  },
  ENGINE_TEXT_TOO_LONG: {
    blame: 'user',
    message: 'function {name} would give a text longer than {limit} characters',
    detail: 'No text can be longer.',
  },
  ENGINE_DIVISION_BY_ZERO: { blame: 'user', message: 'cannot divide by zero', hint: 'Guard the division, as in a / NULLIF(b, 0).' },
  ENGINE_SUBQUERY_ROWS: { blame: 'user', message: 'a sub-query used as a value gave {count} rows, expected one' },
  ENGINE_TABLE_NOT_READABLE: { blame: 'user', message: 'table "{table}" cannot be read: connector "{connector}" only writes' },
  ENGINE_TABLE_NOT_WRITABLE: { blame: 'user', message: 'table "{table}" cannot be written: connector "{connector}" only reads' },
  ENGINE_STOP_UNFINISHED: {
    blame: 'external',
    message: 'what was written last could not be committed within {seconds} s after the run was stopped',
    hint: 'A durable run goes on from its newest checkpoint when it is started again.',
  },
  ENGINE_DEAD_LETTERS_ONE_WRITER: {
    blame: 'user',
    message: 'table "{table}" cannot take the dead letters of several workers',
    detail: 'Each worker writes its own, together with what it writes to other tables, and the table has one writer.',
    hint: "Use a table that several writers share, such as one of files, or set 'parallelism.default' to 1.",
  },
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
  ENGINE_RUN_BROKEN_OFF: { blame: 'external', message: 'the run was broken off' },
  ENGINE_CHECKPOINT_DAMAGED: {
    blame: 'external',
    message: '"{name}" in "{place}" is damaged',
    hint: 'Name an earlier checkpoint with --from-checkpoint, or start anew in another folder.',
  },
  ENGINE_CHECKPOINT_VERSION: {
    blame: 'user',
    message: '"{name}" in "{place}" has version {version}, expected {expected}',
    hint: 'Go on with the version of Millrace that wrote it.',
  },
  ENGINE_CHECKPOINT_NOT_FOUND: { blame: 'user', message: 'there is no checkpoint {number} in "{place}"' },
  ENGINE_CHECKPOINT_NOT_TAKEN: { blame: 'external', message: 'the run ended before a checkpoint of it could be taken' },
  ENGINE_CHECKPOINTS_NOT_FOUND: {
    blame: 'user',
    message: 'there are no checkpoints in "{place}"',
    hint: 'Name the folder that a run was given with --data-dir, or that checkpoints were exported to.',
  },
  ENGINE_WORK_NOT_KEPT: {
    blame: 'user',
    message: 'the statement keeps no checkpoints',
    hint: 'Name the folder that its runs were given with --data-dir.',
  },
  ENGINE_WORK_MOVED: {
    blame: 'user',
    message: 'the work in "{place}" goes on as {successor}',
    hint: 'Rows would be written twice. Remove the file "moved" there only when that job is gone for good.',
  },
  ENGINE_CHECKPOINT_PLACE_TAKEN: {
    blame: 'user',
    message: '"{place}" has checkpoints of its own',
    hint: 'Use a folder that has none; to go on from the newest one there, leave --from-checkpoint out.',
  },
  ENGINE_OUTPUT_DROPPED: {
    blame: 'user',
    message: 'the script no longer writes {tables}',
    detail: 'The checkpoint has rows for it that may not be visible yet.',
    hint: 'Write the table again until its rows are there, or allow that they are lost, with --allow-dropped-state.',
  },
  ENGINE_STATE_DROPPED: {
    blame: 'user',
    message: 'the statement has changed, and state of its last run would be lost',
    hint: 'Allow that, with --allow-dropped-state, to go on without it; or begin without any state.',
  },
  ENGINE_LOOKUP_FAILED: { blame: 'external', message: 'could not look up {keys} in table "{table}"' },
  ENGINE_LOOKUP_KEY_MISSING: {
    blame: 'user',
    message: 'table "{table}" can only be looked up by columns that are compared as they are',
    hint: 'Compare a stored column of it with =, and convert the other side: ON CAST(o.k AS BIGINT) = t.k.',
  },
  ENGINE_LOOKUP_LATE: {
    blame: 'external',
    message: 'looking up {keys} in table "{table}" took longer than {limit}',
    hint: "SET 'table.exec.async-lookup.timeout', or give the hint LOOKUP('table' = '…', 'timeout' = '…').",
  },
  ENGINE_LOOKUP_NOT_FOUND: {
    blame: 'user',
    message: 'table "{table}" cannot be looked up, and does not end',
    detail: 'A join as of processing time needs a connector that finds rows by key, or a table that can be read as a whole.',
    hint: 'Bound the table by its options, or join it by event time, with a WATERMARK and a PRIMARY KEY.',
  },
  ENGINE_WORKER_LOST: {
    blame: 'internal',
    message: 'worker {worker} of the run has ended before its work',
    hint: 'Start the run again with more memory, or with fewer workers.',
  },
  ENGINE_WORKER_KILLED: {
    blame: 'user',
    message: 'worker {worker} of the run did not end when it was asked to, and was ended by force',
    detail: 'What it wrote since the last commit is dropped.',
  },
  ENGINE_WORKER_ABANDONED: { blame: 'internal', message: 'another worker of the run has failed' },
  ENGINE_FUNCTION_IN_CODE: {
    blame: 'user',
    message: 'function "{name}" is known to this process alone, and several workers cannot call it',
    detail: 'Each worker has a thread of its own, which loads functions from their files.',
    hint: 'Say which file exports it, as with CREATE FUNCTION … USING FILE, or set parallelism.default to 1.',
  },
  ENGINE_FUNCTION_STUCK: {
    blame: 'user',
    message: 'function "{name}" did not return, and the run was ended by force',
    hint: 'Let the function end for every input.',
  },
  ENGINE_FUNCTION_FATAL: {
    blame: 'user',
    message: 'function "{name}" has ended the worker that called it',
    hint: 'Let the function need less memory, and never end its program.',
  },
  ENGINE_NOT_SUPPORTED: { blame: 'user', message: 'engine "embedded" cannot run {what}' },
})
