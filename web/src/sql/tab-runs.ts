/** The run of each tab. It goes on when another tab or another page is shown. */
import { call } from '../api/call.ts'
import type { Runnable } from './runnable.ts'
import { StatementRun } from './statement-run.ts'

const sessions = new Map<string, string>()
const runs = new Map<string, StatementRun>()
const listeners = new Set<() => void>()

function keyOf(workspace: string, tab: string): string {
  return `${workspace}/${tab}`
}

/** The session of a tab: what its statements set up stays for those after them. */
async function sessionOf(workspace: string, tab: string, isAnew: boolean): Promise<string> {
  const key = keyOf(workspace, tab)
  const known = sessions.get(key)
  if (known !== undefined && !isAnew) return known
  const { session } = await call('POST /workspaces/:workspace/sql/sessions', { params: { workspace }, body: {} })
  sessions.set(key, session)
  return session
}

export function runOf(workspace: string, tab: string): StatementRun | undefined {
  return runs.get(keyOf(workspace, tab))
}

export function listenToRuns(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export function startRun(workspace: string, tab: string, source: Runnable, onEnd: (run: StatementRun) => void): StatementRun {
  runs.get(keyOf(workspace, tab))?.cancel()
  const run = new StatementRun(source)
  runs.set(keyOf(workspace, tab), run)
  for (const listener of listeners) listener()
  void run.run(workspace, (isAnew) => sessionOf(workspace, tab, isAnew)).then(() => onEnd(run))
  return run
}

/** Ends what a closed tab left on the server; a session that nobody uses would end by itself, later. */
export function endTab(workspace: string, tab: string): void {
  const key = keyOf(workspace, tab)
  runs.get(key)?.cancel()
  runs.delete(key)
  const session = sessions.get(key)
  sessions.delete(key)
  if (session !== undefined)
    call('DELETE /workspaces/:workspace/sql/sessions/:session', { params: { workspace, session } }).catch(() => undefined)
}
