/** The demo with its server: tables and jobs are brought about as files would be, and what they do is shown as people's own would be. */
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenServer } from '#server'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { cliErrors } from '../errors.ts'
import { LiveArea } from '../output/live-area.ts'
import { cut } from '../output/text-width.ts'
import { noteErrors } from '../render-error.ts'
import { runApply } from '../server/apply-command.ts'
import { type JobLine, listJobs } from '../server/find-job.ts'
import { withSession } from '../server/run-sql.ts'
import type { ServerLink } from '../server/server-link.ts'
import { prepareDemoFolder } from './demo-folder.ts'
import { demoRules } from './demo-rules.ts'
import { jobLines, sampleText, stayText, tryText, welcomeText } from './demo-texts.ts'
import { runTerminalDemo } from './terminal-demo.ts'

const host = '127.0.0.1'
const usualPort = 8080
const refreshEveryMs = 1000
const lookEveryMs = 300
const rowsWaitMs = 120_000
const sampleRows = 5

/** @param stays whether it goes on until Ctrl-C; else it shows what there is and ends */
export async function runServerDemo(stays: boolean, environment: CliEnvironment): Promise<number> {
  const { screen } = environment
  const giveUp = new AbortController()
  const stopping = AbortSignal.any([stopSignal(environment), giveUp.signal])
  const places = await prepareDemoFolder(environment)
  const server = await environment.openServer({
    dataFolder: places.data,
    host,
    port: await freePort(usualPort),
    storeAddress: '',
    publicUrl: null,
    signInLinkFor: '',
    oidc: null,
    failed: (id, error) => {
      screen.note(`failure ${id}\n`)
      noteErrors(error, undefined, environment)
    },
  })
  let status: number = exitStatus.done
  try {
    const link = await linkTo(server, environment)
    const applied = await fill(link, places.files, environment)
    if (applied !== exitStatus.done) return applied
    // Whoever comes by the link finds all that there is to try.
    await welcome(server, environment)
    if (!server.hasConsole) screen.note('note: the console was not built; make web builds it\n')
    // A server that can go on no more says so, which ends the demo as it would the command.
    void server.over.then((reason) => {
      status = noteErrors(reason, undefined, environment)
      giveUp.abort()
    })
    if (stays) await stay(link, stopping, environment)
    else status = await showOnce(link, stopping, environment)
  } finally {
    screen.note('note: stopping; jobs take a last checkpoint\n')
    await server.close()
  }
  return status
}

/** Aborted by the first Ctrl-C; the second one ends the process at once. */
function stopSignal(environment: CliEnvironment): AbortSignal {
  const stopping = new AbortController()
  environment.onInterrupt(() => {
    if (stopping.signal.aborted) environment.exit(exitStatus.interrupted)
    stopping.abort()
  })
  return AbortSignal.any([stopping.signal, environment.screen.closed])
}

/** The usual port, or any that is free. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(0))
    probe.listen(wanted, host, () => probe.close(() => resolve(wanted)))
  })
}

async function linkTo(server: OpenServer, environment: CliEnvironment): Promise<ServerLink> {
  const url = addressOf(server)
  const { workspace, secret } = await server.createOwnToken('millrace demo')
  return { client: await environment.openApi({ url, token: secret }), url, workspace }
}

async function welcome(server: OpenServer, { screen }: CliEnvironment): Promise<void> {
  const address = addressOf(server)
  const { user, key } = server.signInLinks[0] ?? (await server.createAdminLink())
  await screen.write(welcomeText({ address, signIn: `${address}/welcome#link=${key}`, user }))
}

function addressOf({ port }: OpenServer): string {
  return `http://${host}:${port}`
}

/** What people have changed in a demo before stays as it is. */
async function fill(link: ServerLink, folder: string, environment: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  for await (const _job of listJobs(link, {})) return exitStatus.done
  const options = { folder, isDry: false, prunes: false, acceptsDroppedState: false }
  const status = await runApply(link, options, environment)
  const known = await client.call('GET /workspaces/:workspace/alert-rules', { params: { workspace } })
  const missing = demoRules.filter(({ name }) => !known.some(({ spec }) => spec.name === name))
  for (const rule of missing) {
    await client.call('POST /workspaces/:workspace/alert-rules', { params: { workspace }, body: rule })
    await environment.screen.write(`+ alert rule ${rule.name}\n`)
  }
  return status
}

/** Shows what the jobs do, in place, until it is stopped. */
async function stay(link: ServerLink, stopping: AbortSignal, { screen, clock }: CliEnvironment): Promise<void> {
  await screen.write(`\n${tryText}${stayText}\n`)
  const area = new LiveArea({
    write: (text) => void screen.write(text),
    get height() {
      return screen.height
    },
  })
  while (!stopping.aborted) {
    const lines = jobLines(await jobsOf(link), clock.nowMs())
    area.show(lines.map((line) => cut(line, screen.width - 1)))
    await sleep(refreshEveryMs, undefined, { signal: stopping }).catch(() => undefined)
  }
  await screen.write('\n\n')
}

/** The terminal's part, and then what the server has done beside it. */
async function showOnce(link: ServerLink, stopping: AbortSignal, environment: CliEnvironment): Promise<number> {
  const { screen, clock } = environment
  await screen.write(`\n${tryText}\n`)
  if (stopping.aborted) return exitStatus.interrupted
  const status = await runTerminalDemo(environment)
  if (status !== exitStatus.done) return status
  const jobs = await jobsWithRows(link, stopping, environment)
  if (stopping.aborted) return exitStatus.interrupted
  await screen.write(`\nThe jobs of the server, meanwhile:\n${jobLines(jobs, clock.nowMs()).join('\n')}\n`)
  await withSession(link, async (session) => {
    for (const table of ['flights', 'airport_delays']) {
      const rows = await session.run(`SELECT * FROM ${table} LIMIT ${sampleRows}`)
      await screen.write(sampleText(table, rows))
    }
  })
  const { client, workspace } = link
  const rules = await client.call('GET /workspaces/:workspace/alert-rules', { params: { workspace } })
  const { counts } = await client.call('GET /workspaces/:workspace/alerts', { params: { workspace } })
  await screen.write(`\nAlert rules: ${rules.map(({ spec }) => spec.name).join(', ')}. Alerts that fire: ${counts.firing}.\n`)
  return exitStatus.done
}

/** The jobs, when each that shall run does, and has written rows. */
async function jobsWithRows(link: ServerLink, stopping: AbortSignal, { clock }: CliEnvironment): Promise<readonly JobLine[]> {
  const startMs = clock.monotonicMs()
  while (!stopping.aborted) {
    const jobs = await jobsOf(link)
    const isDone = ({ wanted, status }: JobLine): boolean =>
      wanted.state === 'stopped' || (status.state === 'running' && (status.run?.report?.rowsOut ?? 0) > 0)
    if (jobs.every(isDone)) return jobs
    const failure = jobs.find(({ status }) => status.state === 'failed')?.status.failure?.message
    if (failure !== undefined || clock.monotonicMs() - startMs > rowsWaitMs)
      throw cliErrors.CLI_DEMO_JOBS({ seconds: rowsWaitMs / 1000 }, { detail: failure === undefined ? undefined : `${failure}.` })
    await sleep(lookEveryMs, undefined, { signal: stopping }).catch(() => undefined)
  }
  return []
}

async function jobsOf(link: ServerLink): Promise<JobLine[]> {
  const jobs: JobLine[] = []
  for await (const job of listJobs(link, { tag: 'demo' })) jobs.push(job)
  return jobs
}
