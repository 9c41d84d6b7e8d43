/** The session of a notebook: whose settings and temporary tables its cells see. It outlives a reload of the page, and is told when it is over. */
import { call } from '../api/call.ts'
import { CallFailure } from '../api/call-failure.ts'

interface KeptSession {
  readonly session: string
  /** By cell: which run of the session was its last one. */
  readonly orders: Readonly<Record<string, number>>
  readonly runs: number
}

/** `asking`: whether one of before is still there. */
export type SessionState = 'none' | 'asking' | 'open' | 'over'

export class NotebookSession {
  state: SessionState = 'none'
  /** Whether it was made again with its server, so that cells that do not run now have not run in it. */
  isRemade = false
  private readonly workspace: string
  private readonly key: string
  private kept: KeptSession | null
  private readonly tell: () => void
  private opening: Promise<string> | undefined

  constructor(workspace: string, notebook: string, user: string, tell: () => void) {
    this.workspace = workspace
    this.key = `millrace.notebook-session.${workspace}.${notebook}.${user}`
    this.tell = tell
    this.kept = readKept(localStorage.getItem(this.key))
    if (this.kept !== null) void this.ask()
  }

  /** Null: the cell has not run in this session. */
  orderOf(cell: string): number | null {
    return this.state === 'open' ? (this.kept?.orders[cell] ?? null) : null
  }

  get id(): string | null {
    return this.state === 'open' ? (this.kept?.session ?? null) : null
  }

  /** A session that is there; one of before, unless it is over. */
  async get(isAnew: boolean): Promise<string> {
    if (!isAnew && this.state === 'asking') await this.ask()
    if (!isAnew && this.id !== null) return this.id
    this.opening ??= this.open().finally(() => {
      this.opening = undefined
    })
    return this.opening
  }

  /** Notes that a cell runs; gives the place of the run. */
  note(cell: string): number {
    if (this.kept === null) return 0
    const runs = this.kept.runs + 1
    this.keep({ ...this.kept, runs, orders: { ...this.kept.orders, [cell]: runs } })
    return runs
  }

  /** Takes the session that the server has made for a cell that it started again, unless there is one. */
  async adopt(session: string, cell: string): Promise<void> {
    if (this.kept?.session !== session) {
      await this.ask()
      if (this.id !== null && this.id !== session) return
      this.keep({ session, orders: {}, runs: 0 })
      this.isRemade = true
    }
    this.state = 'open'
    if (this.orderOf(cell) === null) this.note(cell)
  }

  /** The server says that it is gone. */
  lost(): void {
    this.isRemade = false
    this.keep(null)
    this.state = 'over'
    this.tell()
  }

  /** Ends it, with what runs in it. */
  async end(): Promise<void> {
    const { id: session } = this
    this.lost()
    if (session !== null)
      await call('DELETE /workspaces/:workspace/sql/sessions/:session', { params: { workspace: this.workspace, session } })
  }

  /** Whether it is still there. */
  async ask(): Promise<void> {
    const session = this.kept?.session
    if (session === undefined) return
    if (this.state === 'none') this.state = 'asking'
    try {
      await call('GET /workspaces/:workspace/sql/sessions/:session', { params: { workspace: this.workspace, session } })
      if (this.kept?.session === session) this.state = 'open'
    } catch (error) {
      // What cannot be reached may be there.
      if (error instanceof CallFailure && error.status >= 400 && error.status < 500 && this.kept?.session === session) this.lost()
      else if (this.state === 'asking') this.state = 'open'
    }
    this.tell()
  }

  private async open(): Promise<string> {
    const { session } = await call('POST /workspaces/:workspace/sql/sessions', { params: { workspace: this.workspace }, body: {} })
    this.keep({ session, orders: {}, runs: 0 })
    this.state = 'open'
    this.tell()
    return session
  }

  private keep(kept: KeptSession | null): void {
    this.kept = kept
    if (kept === null) localStorage.removeItem(this.key)
    else localStorage.setItem(this.key, JSON.stringify(kept))
  }
}

function readKept(text: string | null): KeptSession | null {
  try {
    const found = JSON.parse(text ?? 'null') as Partial<KeptSession> | null
    if (typeof found?.session !== 'string' || typeof found.runs !== 'number' || typeof found.orders !== 'object') return null
    return { session: found.session, runs: found.runs, orders: found.orders }
  } catch {
    return null
  }
}
