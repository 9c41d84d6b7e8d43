/** Statements of people, each session in a process of its own that belongs to whoever opened it. */
import type { Caller } from '#access'
import { unreachable } from '#base'
import type { TextEvent, WorkspaceSessions } from '#processes'
import { type Handlers, RawJson, type StreamEvent } from '../call.ts'
import type { AnswerOf } from '../contract/route.ts'
import type { sqlRoutes } from '../contract/sql-routes.ts'

type SqlRoutes = typeof sqlRoutes
type Event = AnswerOf<SqlRoutes['GET /workspaces/:workspace/sql/sessions/:session/statements/:statement']>

/** A read that has nothing to tell is made again after so long. */
const readMs = 15_000

export function sqlHandlers(sessions: WorkspaceSessions): Handlers<SqlRoutes> {
  const sessionOf = (caller: Caller, { workspace, session }: { readonly workspace: string; readonly session: string }) =>
    sessions.of(workspace).session(session, caller.name)

  return {
    'POST /workspaces/:workspace/sql/check': async ({ params, body }) => ({
      diagnostics: await sessions.of(params.workspace).check(body.text),
    }),
    'POST /workspaces/:workspace/sql/explain': async ({ params, body }) => ({
      plan: await sessions.of(params.workspace).explain(body.text),
    }),
    'POST /workspaces/:workspace/sql/complete': async ({ caller, params, body }) => {
      const { workspace } = params
      const { from, found } =
        body.session === undefined
          ? await sessions.of(workspace).complete(body.text, body.offset)
          : await sessionOf(caller, { workspace, session: body.session }).complete(body.text, body.offset)
      return { completions: found.map((each) => ({ ...each })), from }
    },
    'POST /workspaces/:workspace/sql/sessions': async ({ caller, params, body }) => {
      const session = await sessions.of(params.workspace).open(caller.name, body.settings ?? {})
      return { session: session.id }
    },
    'GET /workspaces/:workspace/sql/sessions/:session': ({ caller, params }) => {
      const session = sessionOf(caller, params)
      return { session: session.id, statement: session.running?.id ?? null }
    },
    'DELETE /workspaces/:workspace/sql/sessions/:session': async ({ caller, params }) => {
      await sessionOf(caller, params).close()
      return null
    },
    'POST /workspaces/:workspace/sql/sessions/:session/statements': async ({ caller, params, body }) => {
      const statement = await sessions.of(params.workspace).execute(params.session, caller.name, body.text)
      return { statement: statement.id }
    },
    'GET /workspaces/:workspace/sql/sessions/:session/statements/:statement': ({ caller, params, query, signal }) => {
      const statement = sessionOf(caller, params).statement(params.statement)
      const after = query.after ?? 0
      statement.check(after)
      return eventsOf(statement, after, signal)
    },
    'DELETE /workspaces/:workspace/sql/sessions/:session/statements/:statement': ({ caller, params }) => {
      sessionOf(caller, params).statement(params.statement).cancel()
      return null
    },
  }
}

interface Readable {
  read(after: number, waitMs: number): Promise<readonly { readonly number: number; readonly event: TextEvent }[]>
}

/** Events to the end; what was sent counts as read when more is asked for, which is when the client has taken it. */
async function* eventsOf(statement: Readable, from: number, signal: AbortSignal): AsyncGenerator<StreamEvent<Event>> {
  for (let after = from; !signal.aborted; ) {
    for (const { number, event } of await statement.read(after, readMs)) {
      after = number
      for (const data of shownEvents(event)) yield { id: String(number), data }
      if (event.kind === 'executed') return
    }
  }
}

function* shownEvents(event: TextEvent): Generator<Event | RawJson> {
  switch (event.kind) {
    case 'submitted':
      return
    case 'started':
    case 'done':
    case 'closed':
      return yield event
    case 'opened':
      return yield { ...event, columns: [...event.columns], order: [...event.order] }
    case 'changes':
      return yield new RawJson(`{"kind":"changes","rows":${event.json}}`)
    case 'table':
      return yield new RawJson(`{"kind":"table","columns":${JSON.stringify(event.columns)},"rows":${event.json}}`)
    case 'progress':
    case 'ran': {
      const { rowsIn, rowsOut, durationMs, watermarkMs } = event.report
      return yield { kind: 'progress', rowsIn, rowsOut, durationMs, watermark: watermarkMs }
    }
    case 'executed':
      if (event.failures.length > 0)
        yield { kind: 'failed', failures: event.failures.map((each) => ({ ...each, causes: [...each.causes] })) }
      return yield { kind: 'ended', outcome: event.outcome }
    default:
      return unreachable(event)
  }
}
