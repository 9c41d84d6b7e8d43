/**
 * Why a job is in its state, and what is in its way, in words that people can act on: one row for each reason. A status always carries
 * one, so that no job is ever just "not running".
 */

export interface JobReason {
  readonly code: ReasonCode
  /** What holds, written as a message of an error is. */
  readonly message: string
  /** What to do about it; null where there is nothing to do. */
  readonly hint: string | null
}

interface ReasonRow {
  readonly message: string
  readonly hint?: string
}

const rows = {
  'never-started': { message: 'it was never started' },
  stopped: { message: 'it was stopped' },
  'stop-asked': { message: 'attempt {attempt} is asked to stop' },
  'start-ordered': { message: 'attempt {attempt} is ordered to start' },
  'run-begins': { message: 'attempt {attempt} is about to run' },
  'run-seen': { message: 'attempt {attempt} was seen running' },
  'run-ends': { message: 'attempt {attempt} is ending, which was not asked for here' },
  'run-replaced': { message: 'attempt {attempt} makes way for version {version}' },
  'run-finished': { message: 'attempt {attempt} has come to the end of its input' },
  'run-interrupted': { message: 'attempt {attempt} was stopped, which was not asked for here', hint: 'It is started again.' },
  'restart-planned': { message: 'attempt {attempt} failed, and is followed by another one' },
  'failure-of-user': {
    message: 'attempt {attempt} failed, and would fail again',
    hint: 'Change the script or its settings, then start the job.',
  },
  'failure-is-final': {
    message: 'attempt {attempt} failed, and the job is not to be started again by itself',
    hint: 'Look at the failure, then start the job.',
  },
  'failure-storm': {
    message: '{count} runs failed within {window}',
    hint: 'Mend what the failure names, then start the job; or let its restart policy allow more failures.',
  },
  'host-silent': {
    message: 'the host cannot be reached: {reason}',
    hint: 'What runs goes on running, and nothing is started until the host answers.',
  },
  'run-missing': {
    message: 'the host does not know attempt {attempt} now',
    hint: 'It counts as lost when that is confirmed, and nothing is started before.',
  },
  'older-run': { message: 'attempt {attempt} is alive still, and is asked to stop first' },
  'order-unanswered': {
    message: 'an order was not answered: {reason}',
    hint: 'It may have been taken. It is sent again, which starts nothing twice.',
  },
  'savepoint-failed': {
    message: 'the savepoint to stop with failed: {reason}',
    hint: 'It goes on running. Stop it with a checkpoint, or at once.',
  },
} as const satisfies Readonly<Record<string, ReasonRow>>

export type ReasonCode = keyof typeof rows

export function reasonFor(code: ReasonCode, parameters: Readonly<Record<string, string | number>> = {}): JobReason {
  const row: ReasonRow = rows[code]
  const message = row.message.replace(/\{(\w+)\}/g, (whole, name: string) => String(parameters[name] ?? whole))
  return { code, message, hint: row.hint ?? null }
}
