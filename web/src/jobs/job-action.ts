/** Which actions make sense for a job as it is wanted now, and for who asks. */
import type { Job, JobStatus } from './job-line.ts'

export type JobAction = 'start' | 'stop' | 'restart' | 'savepoint' | 'remove'

export interface JobInBrief {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly wanted: Job['wanted']
  readonly status: JobStatus
}

interface Rights {
  readonly develop: boolean
  readonly operate: boolean
}

export function possibleActions({ wanted, status }: JobInBrief, may: Rights): JobAction[] {
  const isWanted = wanted.state === 'running'
  const isAtRest = status.state === 'failed' || status.state === 'finished'
  const actions: readonly (readonly [JobAction, boolean])[] = [
    ['start', may.operate && (!isWanted || isAtRest)],
    ['stop', may.operate && isWanted],
    ['restart', may.operate && isWanted],
    ['savepoint', may.operate && status.state === 'running'],
    ['remove', may.develop && !isWanted && (status.state === 'stopped' || isAtRest)],
  ]
  return actions.flatMap(([action, isPossible]) => (isPossible ? [action] : []))
}
