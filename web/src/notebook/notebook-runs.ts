/** The runs of a notebook: those that this page begins, and those that it finds on the server. They go on when another page is shown. */
import { CellRun } from './cell-run.ts'
import type { RanCell } from './freshness.ts'
import type { NotebookDraft } from './notebook-draft.ts'
import { NotebookSession } from './notebook-session.ts'
import { type Cell, type SqlCell, usedVariables } from './notebook-spec.ts'
import { RunFeed } from './run-feed.ts'
import { clearingOf, neededScripts, type Script } from './set-up.ts'
import type { RunCard, ToldEvent } from './watched-answer.ts'

/** Fewer than the server lets one person have, who may have another notebook. */
const liveMax = 6

export class NotebookRuns {
  readonly draft: NotebookDraft
  readonly session: NotebookSession
  private readonly user: string
  private readonly feed: RunFeed
  /** Grows with each change, for whoever shows them. */
  private frame = 0
  private readonly runs = new Map<string, CellRun>()
  private readonly listeners = new Set<() => void>()
  private queue: Promise<void> = Promise.resolve()
  private isShown = false

  constructor(draft: NotebookDraft, user: string) {
    this.draft = draft
    this.user = user
    this.session = new NotebookSession(draft.workspace, draft.id, user, () => this.tell())
    this.feed = new RunFeed(draft.workspace, draft.id, { told: (event) => this.told(event), gone: (run) => this.gone(run) })
    document.addEventListener('visibilitychange', () => this.wantFeed())
  }

  readonly read = (): number => this.frame

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** The page shows the notebook, or another one. */
  show(isShown: boolean): void {
    this.isShown = isShown
    this.wantFeed()
  }

  runOf(cell: string): CellRun | undefined {
    return this.runs.get(cell)
  }

  /** What is known of the last run of a cell: of this page, else what was kept. */
  ranOf(cell: string): RanCell | undefined {
    const run = this.runs.get(cell)
    if (run !== undefined) return run.isOver && this.session.orderOf(cell) === null ? { ...run.ran, order: null } : run.ran
    const kept = this.draft.read().outputs.get(cell)?.output
    if (kept === undefined) return undefined
    return { phase: kept.outcome, text: kept.text, variables: kept.variables, order: this.session.orderOf(cell) }
  }

  /** Whether something runs that whoever looks at it has begun. */
  get isRunning(): boolean {
    return this.own.length > 0
  }

  /** Runs a cell once those that wait before it may go on. */
  start(cell: SqlCell): void {
    void this.startAll([cell])
  }

  /** Runs cells one after another, up to the first that fails. */
  startAll(cells: readonly Cell[]): Promise<void> {
    const begun = cells.flatMap((cell) => {
      if (cell.kind !== 'sql' || cell.text.trim() === '') return []
      const before = this.runs.get(cell.id)
      if (before?.by === null) before.cancel()
      const { workspace, id: notebook } = this.draft
      const variables = usedVariables(cell.text, this.draft.read().spec.variables)
      const run = CellRun.create({ workspace, notebook, cell: cell.id, text: cell.text, variables })
      this.put(run)
      return [run]
    })
    this.tell()
    void this.draft.save()
    this.queue = this.queue.then(async () => {
      for (const [at, run] of begun.entries()) {
        this.makeRoom(run)
        await run.run({
          session: this.session,
          setUp: () => this.setUpOf(run.of),
          remake: () => this.remakeOf(run.of),
          begun: () => this.feed.expect(run.id),
        })
        const { phase } = run.ran
        if (phase === 'failed' || phase === 'cancelled') {
          for (const waiting of begun.slice(at + 1)) waiting.cancel()
          return
        }
      }
    })
    return this.queue
  }

  stop(cell: string): void {
    this.runs.get(cell)?.cancel()
  }

  stopAll(): void {
    for (const run of this.own) run.cancel()
  }

  /** Ends the session: cells show what they showed, and all of it is of before. */
  async restart(): Promise<void> {
    this.stopAll()
    await this.session.end().catch(() => undefined)
    this.tell()
  }

  private get own(): CellRun[] {
    return [...this.runs.values()].filter((run) => !run.isOver && run.by === null)
  }

  private put(run: CellRun): void {
    this.runs.set(run.of.cell, run)
    run.listen(() => this.tell())
    this.wantFeed()
  }

  private told(event: ToldEvent): void {
    const known = [...this.runs.values()].find(({ id }) => id === event.run)
    const run = known ?? (event.kind === 'whole' ? this.find(event.card) : undefined)
    if (run === undefined) return
    run.take(event)
    if (event.kind === 'whole' || event.kind === 'state') void this.adopt(run, event.card)
  }

  /** Takes up a run that another page, or this one before it was loaded anew, has begun; one of this page comes first. */
  private find(card: RunCard): CellRun | undefined {
    const shown = this.runs.get(card.cell)
    if (shown !== undefined && !shown.isOver && card.by !== this.user) return undefined
    const { workspace, id: notebook } = this.draft
    const run = CellRun.found(card, { workspace, notebook }, this.user)
    run.order = card.by === this.user ? this.session.orderOf(card.cell) : null
    this.put(run)
    return run
  }

  /** A server that was started again has made a session of its own for what runs. */
  private async adopt(run: CellRun, { againAt, session, cell }: RunCard): Promise<void> {
    if (run.by !== null || againAt === null || session === null) return
    await this.session.adopt(session, cell)
    run.order = this.session.id === session ? this.session.orderOf(cell) : null
    this.tell()
  }

  /** What it showed was kept. */
  private gone(id: string): void {
    const run = [...this.runs.values()].find((each) => each.id === id)
    if (run === undefined) return
    run.gone()
    this.runs.delete(run.of.cell)
    void this.draft.readOutputs()
    this.tell()
  }

  /** What cells above have not set up in this session yet, as far as the cell needs it; and room for what it makes itself. */
  private setUpOf({ cell, text }: CellRun['of']): readonly Script[] {
    const { variables } = this.draft.read().spec
    const earlier = this.above(cell).flatMap((each) => (this.session.orderOf(each.id) === null ? [{ text: each.text, variables }] : []))
    return withClearing(neededScripts(earlier, text), text)
  }

  /** The same for a session in which nothing has run: with the texts and values as they ran. */
  private remakeOf({ cell, text }: CellRun['of']): readonly Script[] {
    const { variables } = this.draft.read().spec
    const earlier = this.above(cell).map((each) => {
      const ran = this.session.orderOf(each.id) === null ? undefined : this.ranOf(each.id)
      return ran === undefined ? { text: each.text, variables } : { text: ran.text, variables: ran.variables }
    })
    return withClearing(neededScripts(earlier, text), text)
  }

  private above(id: string): readonly SqlCell[] {
    const { cells } = this.draft.read().spec
    const at = cells.findIndex((cell) => cell.id === id)
    return cells.slice(0, Math.max(0, at)).flatMap((each) => (each.kind === 'sql' ? [each] : []))
  }

  /** Ends the live table that is the oldest, where there are as many as may be. */
  private makeRoom(run: CellRun): void {
    const live = this.own.filter((each) => each !== run && each.isLive)
    const spare = live.length - liveMax + 1
    for (const oldest of live.toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0)).slice(0, Math.max(0, spare))) oldest.cancel()
  }

  /** A page that nobody sees and that runs nothing leaves its connection to others: a browser has six of them. */
  private wantFeed(): void {
    this.feed.want((this.isShown && !document.hidden) || [...this.runs.values()].some((run) => !run.isOver))
  }

  private tell(): void {
    this.frame += 1
    this.wantFeed()
    for (const listener of this.listeners) listener()
  }
}

function withClearing(needed: readonly Script[], text: string): readonly Script[] {
  const plain = (texts: readonly string[]): Script[] => clearingOf(texts).map((each) => ({ text: each, variables: {} }))
  return [...plain(needed.map((each) => each.text)), ...needed, ...plain([text])]
}
