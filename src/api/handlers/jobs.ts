/** Jobs of a workspace: what its people ask of them, and what they see. */
import { randomUUID } from 'node:crypto'
import type { Caller } from '#access'
import { putNewest } from '#base'
import { type Ask, type JobSpec, type Jobs, type JobsOf, jobErrors } from '#jobs'
import { SubtaskRates } from '#metrics'
import type { JobLog, LogLine } from '#processes'
import type { CommitNews, Store } from '#store'
import type { Handlers, StreamEvent } from '../call.ts'
import type { jobRoutes } from '../contract/job-routes.ts'
import type { AnswerOf } from '../contract/route.ts'
import { EventQueue } from '../event-queue.ts'
import { eventOf, type JobAnswer, jobOf, lineOf, operatorsOf, savepointOf, verdictOf } from '../job-answers.ts'
import { numberOf, pageOfEntries } from '../paging.ts'

type JobRoutes = typeof jobRoutes
export type TopologyAnswer = AnswerOf<JobRoutes['GET /workspaces/:workspace/jobs/:job/topology']>

export interface JobParts {
  readonly jobs: Jobs
  readonly store: Store
  /** The log of a job of this machine; null where its host keeps it elsewhere. */
  readonly logOf: (jobId: string) => Promise<JobLog | null>
  /** The operators of a script as they are planned. */
  readonly topologyOf: (workspace: string, spec: JobSpec) => Promise<TopologyAnswer>
}

const pageMax = 50
/** Of so many jobs it is kept what their operators had done when somebody looked last. */
const ratesMax = 500

export function jobHandlers({ jobs, store, logOf, topologyOf }: JobParts): Handlers<JobRoutes> {
  const rates = new Map<string, SubtaskRates>()
  const details = async (of: JobsOf, job: string): Promise<JobAnswer> => jobOf(await of.get(job))
  const ask = (caller: Caller): Ask => ({ by: caller.name, requestId: randomUUID() })

  return {
    'GET /workspaces/:workspace/jobs': ({ params, query }) => {
      const { cursor, limit, ...wanted } = query
      const page = jobs.of(params.workspace).list({ ...wanted, after: cursor, limit: limit ?? pageMax })
      return { ...page, items: page.items.map(lineOf) }
    },
    'POST /workspaces/:workspace/jobs': async ({ caller, params, body }) => {
      const of = jobs.of(params.workspace)
      const { card } = await of.create(body, ask(caller))
      return details(of, card.id)
    },
    'POST /workspaces/:workspace/jobs/check': async ({ params, body }) => {
      const { check, verdict } = await jobs.of(params.workspace).check(body.spec, body.job ?? null, body.from)
      return {
        diagnostics: check === null ? [] : check.diagnostics,
        verdict: verdict === null ? null : verdictOf(verdict),
        plan: check?.plan ?? null,
      }
    },
    'GET /workspaces/:workspace/jobs/:job': ({ params }) => details(jobs.of(params.workspace), params.job),
    'PUT /workspaces/:workspace/jobs/:job': async ({ caller, params, body }) => {
      const of = jobs.of(params.workspace)
      const { spec, expectedVersion, ...options } = body
      await of.change(params.job, spec, expectedVersion, options, ask(caller))
      return details(of, params.job)
    },
    'DELETE /workspaces/:workspace/jobs/:job': async ({ caller, params }) => {
      await jobs.of(params.workspace).remove(params.job, 'stopped', ask(caller))
      return null
    },
    'POST /workspaces/:workspace/jobs/:job/start': async ({ caller, params, body }) => {
      const of = jobs.of(params.workspace)
      await of.start(params.job, body, ask(caller))
      return details(of, params.job)
    },
    'POST /workspaces/:workspace/jobs/:job/stop': async ({ caller, params, body }) => {
      const of = jobs.of(params.workspace)
      await of.stop(params.job, body.how, ask(caller))
      return details(of, params.job)
    },
    'POST /workspaces/:workspace/jobs/:job/restart': async ({ caller, params, body }) => {
      const of = jobs.of(params.workspace)
      await of.restart(params.job, body, ask(caller))
      return details(of, params.job)
    },
    'GET /workspaces/:workspace/jobs/:job/versions': async ({ params, query }) => {
      const limit = query.limit ?? pageMax
      const before = query.cursor === undefined ? {} : { before: numberOf(query.cursor) }
      const found = await jobs.of(params.workspace).versions(params.job, { ...before, limit: limit + 1 })
      const shown = found.slice(0, limit)
      const items = shown.map(({ version, writtenAt, writtenBy, value }) => ({
        version,
        at: writtenAt,
        by: writtenBy,
        spec: value,
      }))
      return { items, next: found.length > limit ? String(shown.at(-1)?.version) : null, total: null }
    },
    'POST /workspaces/:workspace/jobs/:job/versions/:version/rollback': async ({ caller, params, body }) => {
      const of = jobs.of(params.workspace)
      await of.rollback(params.job, versionOf(of, params), body, ask(caller))
      return details(of, params.job)
    },
    'GET /workspaces/:workspace/jobs/:job/savepoints': ({ params }) => jobs.of(params.workspace).savepoints(params.job).map(savepointOf),
    'POST /workspaces/:workspace/jobs/:job/savepoints': async ({ caller, params }) =>
      savepointOf(await jobs.of(params.workspace).savepoint(params.job, ask(caller))),
    'DELETE /workspaces/:workspace/jobs/:job/savepoints/:savepoint': async ({ caller, params }) => {
      const of = jobs.of(params.workspace)
      if (!of.savepoints(params.job).some(({ id }) => id === params.savepoint))
        throw jobErrors.JOBS_SAVEPOINT_NOT_FOUND({ savepoint: params.savepoint })
      await of.disposeSavepoint(params.savepoint, ask(caller))
      return null
    },
    'GET /workspaces/:workspace/jobs/:job/events': async ({ params, query }) => {
      const of = jobs.of(params.workspace)
      return pageOfEntries(query, (page) => of.events(params.job, page), eventOf)
    },
    'GET /workspaces/:workspace/jobs/:job/logs': async ({ params, query }) => {
      const log = await logOf(jobs.of(params.workspace).view(params.job).card.id)
      if (log === null) return { items: [], next: null, total: null }
      const { cursor, limit, search, level } = query
      const { lines, next } = await log.read({ before: cursor, search, level, limit: limit ?? pageMax })
      return { items: lines.map(logLineOf), next, total: null }
    },
    'GET /workspaces/:workspace/jobs/:job/logs/follow': async ({ params, signal }) => {
      const log = await logOf(jobs.of(params.workspace).view(params.job).card.id)
      const queue = new EventQueue<LogLine>(signal)
      if (log === null) queue.end()
      else queue.onEnd(log.follow((line) => queue.add(line)))
      return linesOf(queue)
    },
    'GET /workspaces/:workspace/jobs/:job/topology': async ({ params }) =>
      topologyOf(params.workspace, (await jobs.of(params.workspace).get(params.job)).spec),
    'GET /workspaces/:workspace/jobs/:job/operators': async ({ params }) => {
      const now = await jobs.of(params.workspace).measure(params.job)
      if (now === null) return { takenAt: null, checkpoints: null, operators: [] }
      const of = rates.get(params.job) ?? new SubtaskRates()
      putNewest(rates, params.job, of, ratesMax)
      return operatorsOf(now, of.next(now.operators))
    },
    'GET /workspaces/:workspace/changes': ({ params, signal }) => {
      const queue = new EventQueue<CommitNews>(signal)
      queue.onEnd(store.watch((news) => queue.add(news)))
      return changesIn(params.workspace, queue)
    },
  }
}

function versionOf(of: JobsOf, { job, version }: { readonly job: string; readonly version: string }): number {
  const { name } = of.view(job).card
  if (!/^[1-9]\d{0,8}$/.test(version)) throw jobErrors.JOBS_VERSION_NOT_FOUND({ name, version })
  return Number(version)
}

function logLineOf({ cursor, at, version, attempt, level, source, text }: LogLine) {
  return { cursor, at, version, attempt, level, source, text }
}

async function* linesOf(queue: EventQueue<LogLine>): AsyncGenerator<StreamEvent<ReturnType<typeof logLineOf>>> {
  for await (const line of queue) yield { id: line.cursor, data: logLineOf(line) }
}

interface Change {
  readonly kind: string
  readonly id: string
  readonly version: number
  readonly by: string
}

/** Records that people of a workspace see. Statuses are theirs under the id of their job. */
const shownKinds: readonly string[] = [
  'job',
  'job-wish',
  'job-status',
  'savepoint',
  'notebook',
  'catalog-entry',
  'alert',
  'alert-rule',
  'alert-silence',
  'alert-channel',
]

async function* changesIn(workspace: string, queue: EventQueue<CommitNews>): AsyncGenerator<StreamEvent<Change>> {
  for await (const { by, records } of queue) {
    for (const record of records) {
      if (record.workspace !== workspace || !shownKinds.includes(record.kind)) continue
      yield { id: null, data: { kind: record.kind, id: record.id, version: record.version, by } }
    }
  }
}
