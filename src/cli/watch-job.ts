/** `millrace job watch`: a job looked at again and again, until it ends or Ctrl-C. */
import { setTimeout as sleep } from 'node:timers/promises'
import { printable } from '#base'
import { hasEnded, type JobSighting, type RemoteJobs, type SubtaskSighting } from '#query'
import { type CliEnvironment, exitStatus } from './environment.ts'
import { checkpointText, instantText, stateFacts, timeOf } from './job-lines.ts'

interface WatchOptions {
  readonly target: string
  readonly intervalMs: number
  readonly json: boolean
}

export async function watchJob(jobs: RemoteJobs, { target, intervalMs, json }: WatchOptions, environment: CliEnvironment): Promise<number> {
  const { screen, clock } = environment
  const poller = await jobs.poller(target, clock, intervalMs, Math.random)
  const interrupted = new AbortController()
  const forget = environment.onInterrupt(() => interrupted.abort())
  try {
    for (;;) {
      const sighting = await poller.poll()
      if (interrupted.signal.aborted) return exitStatus.interrupted
      await screen.write(json ? `${JSON.stringify(plainSighting(sighting))}\n` : textOf(sighting))
      if (sighting.newest.kind === 'present' && hasEnded(sighting.newest.job)) return exitStatus.done
      await sleep(poller.pauseMs, undefined, { signal: interrupted.signal }).catch(() => undefined)
      if (interrupted.signal.aborted) return exitStatus.interrupted
    }
  } finally {
    forget()
  }
}

/** What is known, who said so and when; what was known last stays, with its age. */
function plainSighting({ newest, last, lastAgeMs, unreachableSince, subtasks }: JobSighting): object {
  const { kind, source, at } = newest
  const known = last === null ? null : { at: last.at, ageMs: Math.round(lastAgeMs ?? 0), job: last.job, logs: last.logs }
  return {
    kind,
    source,
    at,
    ...(newest.kind === 'unreachable' ? { reason: newest.reason, unreachableSince } : {}),
    last: known === null ? null : { ...known, checkpoints: last?.metrics.checkpoints, subtasks: subtasks.map(rounded) },
  }
}

/** With the digits that mean something. */
function rounded(subtask: SubtaskSighting): object {
  const entries = Object.entries(subtask)
  return Object.fromEntries(entries.map(([key, value]) => [key, typeof value === 'number' ? Math.round(value * 1000) / 1000 : value]))
}

function textOf({ newest, last, lastAgeMs, unreachableSince, subtasks }: JobSighting): string {
  const at = instantText(newest.at)
  const since = last === null ? '' : `, last seen ${timeOf(lastAgeMs ?? 0)} ago as ${printable(last.job.state)}`
  if (newest.kind === 'unreachable')
    return `${at}  unreachable since ${instantText(unreachableSince ?? newest.at)}${since}: ${printable(newest.reason)}\n`
  if (newest.kind === 'absent') return `${at}  absent: the job manager knows no such job${since}\n`
  const { job } = newest
  const lines = [
    `${at}  ${printable(job.state)}  ${job.tasks.running} of ${job.tasks.total} tasks running  checkpoints: ${checkpointText(job)}`,
    ...[...Map.groupBy(subtasks, ({ operatorId }) => operatorId).values()].map(vertexLine),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

/** Rows and bytes of all subtasks; of times the busiest one counts, and the one that is held back most; of watermarks the least. */
function vertexLine(subtasks: readonly SubtaskSighting[]): string {
  const sum = (of: (subtask: SubtaskSighting) => number): number => subtasks.reduce((total, each) => total + of(each), 0)
  const share = (of: (subtask: SubtaskSighting) => number): string => `${Math.round(Math.max(...subtasks.map(of)) / 10)} %`
  const watermarks = subtasks.flatMap(
    ({ currentOutputWatermark, currentInputWatermark }) => currentOutputWatermark ?? currentInputWatermark ?? [],
  )
  const facts = [
    `${Math.round(sum((each) => each.numRecordsInPerSecond))} in/s`,
    `${Math.round(sum((each) => each.numRecordsOutPerSecond))} out/s`,
    `busy ${share((each) => each.busyTimeMsPerSecond)}`,
    `held back ${share((each) => each.backPressuredTimeMsPerSecond)}`,
    ...stateFacts(
      sum((each) => each.stateBytes),
      watermarks.length === 0 ? null : Math.min(...watermarks),
    ),
  ]
  return `  ${printable(subtasks[0]?.operatorName ?? '')}: ${facts.join(', ')}`
}
