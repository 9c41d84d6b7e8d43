/** Statements in one session of a server, one after another. */
import { errorOf } from '#base'
import type { ServerLink } from './server-link.ts'

export interface SqlSession {
  /** Runs statements to their ends; gives the rows of the last one that has some. Fails with what is wrong. */
  run(text: string): Promise<readonly (readonly unknown[])[]>
}

export async function withSession<Result>(
  { client, workspace }: ServerLink,
  use: (session: SqlSession) => Promise<Result>,
): Promise<Result> {
  const { session } = await client.call('POST /workspaces/:workspace/sql/sessions', { params: { workspace }, body: {} })
  const params = { workspace, session }
  const run = async (text: string): Promise<readonly (readonly unknown[])[]> => {
    const { statement } = await client.call('POST /workspaces/:workspace/sql/sessions/:session/statements', { params, body: { text } })
    const events = await client.follow(
      'GET /workspaces/:workspace/sql/sessions/:session/statements/:statement',
      { params: { ...params, statement } },
      new AbortController().signal,
    )
    let rows: readonly (readonly unknown[])[] = []
    for await (const { data } of events) {
      if (data.kind === 'table') rows = data.rows
      if (data.kind === 'opened') rows = []
      if (data.kind === 'changes') rows = [...rows, ...data.rows.map(({ values }) => values)]
      const wrong = data.kind === 'failed' ? new AggregateError(data.failures.map(errorOf)) : null
      if (wrong !== null) throw wrong
    }
    return rows
  }
  try {
    return await use({ run })
  } finally {
    // A session that nobody uses ends by itself, too.
    await client.call('DELETE /workspaces/:workspace/sql/sessions/:session', { params }).catch(() => undefined)
  }
}
