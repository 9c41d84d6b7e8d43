/** `millrace job logs`: the newest lines of a job, and those that come. */
import type { AnswerOf, Contract } from '#api'
import { printable } from '#base'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { instantText } from '../job-lines.ts'
import { findJobId } from './find-job.ts'
import type { ServerJobOptions } from './run-server-job.ts'
import type { ServerLink } from './server-link.ts'

type LogLine = AnswerOf<Contract['GET /workspaces/:workspace/jobs/:job/logs']>['items'][number]

const pageMax = 500

export async function showLogs(link: ServerLink, options: ServerJobOptions, environment: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  const params = { workspace, job: await findJobId(link, options.target) }
  const interrupted = new AbortController()
  const forget = options.follows ? environment.onInterrupt(() => interrupted.abort()) : () => undefined
  const signal = AbortSignal.any([interrupted.signal, environment.screen.closed])
  try {
    // Lines that come from now on are told by the stream, so none is missing between it and the page.
    const stream = options.follows ? await client.follow('GET /workspaces/:workspace/jobs/:job/logs/follow', { params }, signal) : null
    const { search, level, limit } = options
    const query = { limit: Math.min(limit, pageMax), ...(search === '' ? {} : { search }), ...(level === undefined ? {} : { level }) }
    const { items } = await client.call('GET /workspaces/:workspace/jobs/:job/logs', { params, query })
    for (const line of items.toReversed()) await show(line, options, environment)
    if (stream === null) return exitStatus.done
    const shown = new Set(items.map(({ cursor }) => cursor))
    for await (const { data } of stream) {
      if (!shown.has(data.cursor) && fits(data, options)) await show(data, options, environment)
    }
    return interrupted.signal.aborted ? exitStatus.interrupted : exitStatus.done
  } finally {
    forget()
  }
}

function fits({ text, level }: LogLine, { search, level: wanted }: ServerJobOptions): boolean {
  return (wanted === undefined || wanted === level) && text.toLowerCase().includes(search.toLowerCase())
}

async function show(line: LogLine, { json }: ServerJobOptions, { screen }: CliEnvironment): Promise<void> {
  const { at, attempt, level, text } = line
  await screen.write(json ? `${JSON.stringify(line)}\n` : `${instantText(at)}  ${level}  attempt ${attempt}  ${printable(text)}\n`)
}
