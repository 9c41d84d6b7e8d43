/** What the command line prints of jobs of a server. */
import type { Failure } from '#api'
import { counted, errorOf, MillraceError, printable } from '#base'
import { instantText, timeOf } from '../job-lines.ts'
import { renderError } from '../render-error.ts'
import type { Job, JobLine } from './find-job.ts'

type Status = Job['status']

export function jobLineText({ id, name, folder, tags, version, status, wanted }: JobLine): string {
  const facts = [
    id,
    stateText(status, wanted),
    `version ${version}`,
    `seen ${ageText(status)}`,
    folder === '' ? name : `${folder}/${name}`,
    ...tags.map((tag) => `#${tag}`),
  ]
  return facts.map(printable).join('  ')
}

/** What it is, and what it shall be where that is something else. */
function stateText({ state }: Status, wanted: Job['wanted']): string {
  const isUp = state === 'running' || state === 'finished'
  return isUp === (wanted.state === 'running') ? state : `${state} (wanted: ${wanted.state})`
}

function ageText({ evidence }: Status): string {
  return evidence.ageMs === null ? 'never' : `${timeOf(evidence.ageMs)} ago`
}

export function jobText({ id, version, spec, wanted, status }: Job): string {
  const { run, evidence, restart } = status
  const report = run?.report ?? null
  const lines = [
    `${spec.name}  ${id}`,
    `  state: ${stateText(status, wanted)} since ${instantText(status.since)}: ${status.reason.message}`,
    ...(status.reason.hint === null ? [] : [`    hint: ${status.reason.hint}`]),
    ...(status.trouble === null ? [] : [`  trouble: ${status.trouble.message}`]),
    `  evidence: ${evidence.kind} by ${evidence.source}, seen ${ageText(status)}${evidence.reason === null ? '' : `: ${evidence.reason}`}`,
    `  wanted: ${wanted.state}, version ${wanted.version} of ${version}, by ${wanted.askedBy} at ${instantText(wanted.askedAt)}`,
    ...(run === null
      ? []
      : [`  run: attempt ${run.attempt} of version ${run.version}${run.startedAt === null ? '' : ` since ${instantText(run.startedAt)}`}`]),
    ...(report === null
      ? []
      : [`  rows: ${report.rowsIn} in, ${report.rowsOut} out, ${report.lateRows} late, ${report.skippedRows} skipped`]),
    ...(report === null || report.watermark === null ? [] : [`  watermark: ${watermarkText(report.watermark)}`]),
    ...(report?.waiting ?? []).map(({ table, reason, since }) => `  waiting: ${table} since ${instantText(since)}: ${reason}`),
    ...(restart.failures === 0
      ? []
      : [
          `  restarts: ${counted(restart.failures, 'failure')}${restart.nextAt === null ? '' : `, next at ${instantText(restart.nextAt)}`}`,
        ]),
  ]
  const shown = lines.map((line) => `${printable(line)}\n`).join('')
  return status.failure === null ? shown : `${shown}${failureText(status.failure, spec)}`
}

/** As an error of this machine, with the place in the script and what was behind it. */
function failureText(failure: Failure, { name, program }: Job['spec']): string {
  const text = renderError(errorOf(failure), { source: { name, text: program.text } })
  return `${text}${failure.causes.map((cause) => `  because: ${printable(cause)}\n`).join('')}`
}

function watermarkText(ms: number): string {
  return Math.abs(ms) > 8.64e15 ? 'at the end' : instantText(ms)
}

/** An error of a script whose first lines were not sent: its place is further down. */
export function shiftedError(error: unknown, lines: number, length: number): unknown {
  if (!(error instanceof MillraceError) || error.position === undefined || lines === 0) return error
  const { start, end, line, column } = error.position
  return error.with({ position: { start: start + length, end: end + length, line: line + lines, column } })
}
