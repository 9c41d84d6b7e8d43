/** Why a process ended, from what the system and the process say. */
import { type Failure, failureOf, printBytes } from '#base'
import { processErrors } from './errors.ts'

export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** What the process printed last as errors. */
  readonly lastErrors: string
  /** Why this server has ended it by force; null where it has not. */
  readonly forced: 'memory' | 'stuck' | 'protocol' | null
  /** What the process said was wrong with it; null where it said nothing. */
  readonly broken: Failure | null
  /** Bytes of memory that it may have. */
  readonly memoryBytes: number
}

/** Words of V8 when it finds no room. */
const outOfMemory =
  /heap out of memory|invalid array length Allocation failed|Allocation failed - process out of memory|Fatal process out of memory/

/** Signals that the kernel sends for faults of a program. */
const crashes: readonly NodeJS.Signals[] = ['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGSYS', 'SIGTRAP']

/** What made the process end; null where it left as it should. */
export function exitReason({ code, signal, lastErrors, forced, broken, memoryBytes }: ProcessExit): Failure | null {
  if (forced === 'memory' || outOfMemory.test(lastErrors)) {
    return failureOf(processErrors.PROCESSES_MEMORY_EXHAUSTED({ limit: printBytes(memoryBytes) }))
  }
  if (forced === 'stuck') return failureOf(processErrors.PROCESSES_PROCESS_STUCK())
  if (forced === 'protocol') return failureOf(processErrors.PROCESSES_PROTOCOL_BROKEN())
  if (broken !== null) return broken
  if (signal !== null) {
    const error = crashes.includes(signal) ? processErrors.PROCESSES_PROCESS_CRASHED : processErrors.PROCESSES_PROCESS_KILLED
    return failureOf(error({ signal }))
  }
  return code === 0 ? null : failureOf(processErrors.PROCESSES_PROCESS_ENDED({ status: code ?? 'unknown' }))
}
