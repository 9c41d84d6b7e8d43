/** The runs of a notebook. They go on when another page is shown, and what they showed is kept on the server. */
import { CellRun } from './cell-run.ts'
import type { RanCell } from './freshness.ts'
import { outputOf } from './kept-table.ts'
import type { NotebookDraft } from './notebook-draft.ts'
import { NotebookSession } from './notebook-session.ts'
import { type Cell, type SqlCell, usedVariables } from './notebook-spec.ts'
import { clearingOf, neededSetUp } from './set-up.ts'

/** A browser holds six connections to a server, one of them for news: more live tables would leave none for anything else. */
const liveMax = 3
const firstKeepMs = 5000
const laterKeepMs = 30_000

export class NotebookRuns {
  readonly draft: NotebookDraft
  readonly session: NotebookSession
  /** Grows with each change, for whoever shows them. */
  private frame = 0
  private readonly runs = new Map<string, CellRun>()
  private readonly listeners = new Set<() => void>()
  private queue: Promise<void> = Promise.resolve()

  constructor(draft: NotebookDraft, user: string) {
    this.draft = draft
    this.session = new NotebookSession(draft.workspace, draft.id, user, () => this.tell())
  }

  readonly read = (): number => this.frame

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
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

  get isRunning(): boolean {
    return [...this.runs.values()].some((run) => !run.isOver)
  }

  /** Runs a cell once those that wait before it may go on. */
  start(cell: SqlCell): void {
    void this.startAll([cell])
  }

  /** Runs cells one after another, up to the first that fails. */
  startAll(cells: readonly Cell[]): Promise<void> {
    const begun = cells.flatMap((cell) => {
      if (cell.kind !== 'sql' || cell.text.trim() === '') return []
      this.runs.get(cell.id)?.cancel()
      const run = this.make(cell)
      this.runs.set(cell.id, run)
      run.listen(() => this.tell())
      return [run]
    })
    this.tell()
    void this.draft.save()
    this.queue = this.queue.then(async () => {
      for (const [at, run] of begun.entries()) {
        this.makeRoom(run)
        await this.runOne(run)
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
    for (const run of this.runs.values()) if (!run.isOver) run.cancel()
  }

  /** Ends the session: cells show what they showed, and all of it is of before. */
  async restart(): Promise<void> {
    this.stopAll()
    await this.session.end().catch(() => undefined)
    this.tell()
  }

  private make(cell: SqlCell): CellRun {
    const { workspace } = this.draft
    const { variables } = this.draft.read().spec
    const used = usedVariables(cell.text, variables)
    return new CellRun({
      workspace,
      cell: cell.id,
      text: cell.text,
      variables,
      used,
      session: this.session,
      setUp: () => this.setUpOf(cell),
    })
  }

  /** What cells above have not set up in this session yet, as far as the cell needs it; and room for what it makes itself. */
  private setUpOf(cell: SqlCell): readonly string[] {
    const { cells } = this.draft.read().spec
    const at = cells.findIndex(({ id }) => id === cell.id)
    const earlier = cells.slice(0, at).flatMap((each) => (each.kind === 'sql' && this.session.orderOf(each.id) === null ? [each.text] : []))
    const needed = neededSetUp(earlier, cell.text)
    return [...clearingOf(needed), ...needed, ...clearingOf([cell.text])]
  }

  /** Ends the live table that is the oldest, where there are as many as may be. */
  private makeRoom(run: CellRun): void {
    const live = [...this.runs.values()].filter((each) => each !== run && each.isLive)
    const spare = live.length - liveMax + 1
    for (const oldest of live.toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0)).slice(0, Math.max(0, spare))) oldest.cancel()
  }

  private async runOne(run: CellRun): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const keep = (): void => {
      const { text, used: variables } = run.work
      // What was taken back before it began has shown nothing, and what was shown before it stays.
      const hasBegun = run.ran.phase !== 'waiting' && (run.order !== null || run.failures.length > 0)
      if (this.runs.get(run.work.cell) === run && hasBegun)
        void this.draft.keepOutput(run.work.cell, outputOf(run.read(), { text, variables }, run.failures))
    }
    const keepLater = (afterMs: number): void => {
      timer = setTimeout(() => {
        keep()
        keepLater(laterKeepMs)
      }, afterMs)
    }
    keepLater(firstKeepMs)
    const stop = run.listen(() => {
      if (!run.isOver) return
      clearTimeout(timer)
      stop()
      keep()
    })
    await run.run()
  }

  private tell(): void {
    this.frame += 1
    for (const listener of this.listeners) listener()
  }
}
