/** What `millrace job` prints of a job: a line of its own, and one for each of its vertices. */
import { counted, printable, printBytes } from '#base'
import { totalsOf } from '#metrics'
import type { FlinkJob, FlinkJobDetails, KnownJob } from '#query'
import { type CliEnvironment, exitStatus } from './environment.ts'

export async function showJob({ job, metrics, logs }: KnownJob, json: boolean, { screen, clock }: CliEnvironment): Promise<number> {
  if (json) {
    const evidence = { source: 'job manager', at: clock.nowMs() }
    await screen.write(`${JSON.stringify({ ...job, metrics, logs, evidence })}\n`)
    return exitStatus.done
  }
  const totals = new Map(totalsOf(metrics.operators).map((each) => [each.operatorId, each]))
  const groups = [...new Set(job.vertices.map(({ slotSharingGroup }) => slotSharingGroup))]
  const lines = [
    jobLine(job),
    ...job.vertices.map((vertex) => {
      const { id, name, state, parallelism, recordsIn, recordsOut } = vertex
      const { stateBytes = 0, currentOutputWatermark = null } = totals.get(id) ?? {}
      const group = groups.length < 2 ? [] : [`slots of group ${groups.indexOf(vertex.slotSharingGroup) + 1}`]
      const facts = [state, `parallelism ${parallelism}`, ...group, `${recordsIn} in`, `${recordsOut} out`, shares(vertex)]
      return `  ${printable(name)}: ${[...facts, ...stateFacts(stateBytes, currentOutputWatermark)].join(', ')}`
    }),
    `  checkpoints: ${checkpointText(job)}`,
    ...job.failures.map((failure) => `  failure: ${printable(failure)}`),
    ...logs.map(({ of, url }) => `  logs of ${printable(of)}: ${printable(url)}`),
  ]
  await screen.write(`${lines.join('\n')}\n`)
  return exitStatus.done
}

export function jobLine({ id, name, state, startedAt, durationMs, tasks }: FlinkJob): string {
  const [line = ''] = name.split('\n')
  return [
    printable(id),
    printable(state),
    `${tasks.running} of ${counted(tasks.total, 'task')} running`,
    instantText(startedAt),
    timeOf(durationMs),
    printable(line),
  ].join('  ')
}

export function checkpointText({ checkpoints: { completed, failed, latest } }: FlinkJobDetails): string {
  const newest = latest === null ? '' : `; newest ${latest.bytes} bytes in ${latest.durationMs} ms: ${printable(latest.path)}`
  return `${completed} completed, ${failed} failed${newest}`
}

/** Only what there is. */
export function stateFacts(stateBytes: number, watermark: number | null): string[] {
  return [
    ...(stateBytes === 0 ? [] : [`${printBytes(stateBytes)} of state`]),
    ...(watermark === null ? [] : [`watermark ${watermarkText(watermark)}`]),
  ]
}

/** Epoch milliseconds, to the second. */
export function instantText(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** Sources that have ended have one beyond all times. */
function watermarkText(ms: number): string {
  return Math.abs(ms) > 8.64e15 ? 'at the end' : instantText(ms)
}

/** How a vertex has spent its time since the start. */
function shares({ busyMs, idleMs, backPressuredMs }: FlinkJobDetails['vertices'][number]): string {
  const all = busyMs + idleMs + backPressuredMs
  const percent = (ms: number): string => `${all === 0 ? 0 : Math.round((100 * ms) / all)} %`
  return `busy ${percent(busyMs)}, idle ${percent(idleMs)}, held back ${percent(backPressuredMs)}`
}

export function timeOf(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return seconds < 120 ? `${seconds} s` : seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}
