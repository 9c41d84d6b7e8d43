/** What the demo says of itself: where its page is, what to try there, and what its jobs do now. */
import { printable } from '#base'
import { timeOf } from '../job-lines.ts'
import { count } from '../progress.ts'
import type { JobLine } from '../server/find-job.ts'

export interface DemoAddress {
  readonly address: string
  /** Good for once. */
  readonly signIn: string
  /** The administrator who signs in again; null: the first one, who chooses a name. */
  readonly user: string | null
}

export function welcomeText({ address, signIn, user }: DemoAddress): string {
  return `
Millrace is ready, with live flights: ${address}
  ${user === null ? 'choose a name and a password, with this link that is good for once' : `sign in as ${printable(user)}, with this link that is good for once`}:
  ${signIn}

`
}

export const tryText = `To try, in the page:
  1. SQL: run   SELECT * FROM departures   and choose Chart.
  2. Run        SELECT * FROM flights WHERE delay > 60   and watch the table.
  3. Keep it as a job:
                INSERT INTO late_flights
                SELECT departed_at, origin, destination, delay
                FROM flights WHERE delay > 60
  4. Jobs: open "airport delays": topology, metrics, log, savepoints.
  5. Alerts, Rules: New rule, Fires when "a metric is above or below", Try.
  6. Notebooks: Begin with an example, and run all of its cells.
`

export const stayText = `
Ctrl-C stops it, and jobs take a last checkpoint; the next demo goes on from
there. All of it lies in out/demo: remove that folder to begin anew.
`

/** One line for each job: what is known of it, since when, and what it does. */
export function jobLines(jobs: readonly JobLine[], nowMs: number): string[] {
  return jobs.map(({ name, status }) => {
    const { evidence, run, state } = status
    const report = run?.report ?? null
    const watermark = report?.watermark ?? null
    const facts = [
      `${name}: ${state}`,
      ...(report === null ? [] : [`${count(report.rowsIn)} rows in`, `${count(report.rowsOut)} out`]),
      // A watermark that is not there yet is far in the past.
      ...(watermark === null || Math.abs(nowMs - watermark) > dayMs ? [] : [`${timeOf(Math.max(0, nowMs - watermark))} behind`]),
      evidence.ageMs === null ? evidence.kind : `seen ${timeOf(evidence.ageMs)} ago by ${evidence.source}`,
      ...(run === null ? [] : [`attempt ${run.attempt}`]),
      ...(status.failure === null ? [] : [status.failure.message]),
    ]
    return facts.map(printable).join(' · ')
  })
}

export function sampleText(table: string, rows: readonly (readonly unknown[])[]): string {
  const lines = rows.map((row) => `  ${printable(row.map(String).join(', '))}\n`)
  return `\nSome rows of ${table}:\n${lines.join('')}`
}

const dayMs = 86_400_000
