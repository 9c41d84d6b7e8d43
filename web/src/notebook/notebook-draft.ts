/**
 * A notebook that is being written: saved a while after its last change, kept in this browser with each one, and never over what somebody
 * else has saved meanwhile.
 *
 *     saved ── change ──► changed ── a while, or Ctrl+S ──► saving ──► saved
 *                            ▲                                │ somebody else was faster
 *                            └──────────── choice ─────── in conflict
 */
import { call } from '../api/call.ts'
import { CallFailure } from '../api/call-failure.ts'
import { isTriviallyMerged, mergeSpecs } from './merge.ts'
import { isSameSpec, type KeptOutput, type NotebookSpec, type WholeNotebook } from './notebook-spec.ts'

export interface Saved {
  readonly version: number
  readonly changedAt: number
  readonly changedBy: string
  readonly spec: NotebookSpec
}

export interface DraftView {
  readonly spec: NotebookSpec
  /** What the spec was made from. */
  readonly base: Saved
  readonly state: 'saved' | 'changed' | 'saving' | 'failed'
  readonly error: unknown
  /** What somebody else has saved since, where both have changed. */
  readonly theirs: Saved | null
  readonly outputs: ReadonlyMap<string, KeptOutput>
  /** How often something came from elsewhere. */
  readonly arrivals: number
}

const saveAfterMs = 15_000
const keepAfterMs = 300
const undoMax = 30

export class NotebookDraft {
  readonly workspace: string
  readonly id: string
  private view: DraftView
  private readonly listeners = new Set<() => void>()
  private saving: Promise<void> | undefined
  private saveTimer: ReturnType<typeof setTimeout> | undefined
  private keepTimer: ReturnType<typeof setTimeout> | undefined
  private removed: { readonly spec: NotebookSpec }[] = []

  constructor(workspace: string, found: WholeNotebook) {
    this.workspace = workspace
    this.id = found.id
    const outputs = outputsOf(found.outputs)
    this.view = { spec: found.spec, base: savedOf(found), state: 'saved', error: null, theirs: null, outputs, arrivals: 0 }
    this.takeKept()
  }

  readonly read = (): DraftView => this.view

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  change(edit: (spec: NotebookSpec) => NotebookSpec): void {
    const spec = edit(this.view.spec)
    if (spec === this.view.spec) return
    this.tell({ spec, state: this.view.state === 'saving' ? 'saving' : 'changed' })
    this.schedule()
  }

  /** A change that a press of a key takes back as a whole. */
  changeUndoably(edit: (spec: NotebookSpec) => NotebookSpec): void {
    this.removed = [...this.removed, { spec: this.view.spec }].slice(-undoMax)
    this.change(edit)
  }

  /** Brings back what was removed last, where it stood. */
  undo(): boolean {
    const last = this.removed.pop()
    if (last === undefined) return false
    const there = new Set(this.view.spec.cells.map(({ id }) => id))
    this.change((spec) => {
      const cells = [...spec.cells]
      for (const [at, cell] of last.spec.cells.entries()) if (!there.has(cell.id)) cells.splice(Math.min(at, cells.length), 0, cell)
      return { ...spec, cells }
    })
    return true
  }

  /** Saves what has changed; waits for a save that goes on. */
  async save(): Promise<void> {
    clearTimeout(this.saveTimer)
    while (this.saving !== undefined) await this.saving
    if (this.view.theirs !== null || isSameSpec(this.view.spec, this.view.base.spec)) {
      if (this.view.state === 'changed' && this.view.theirs === null) this.tell({ state: 'saved' })
      return
    }
    this.saving = this.saveOnce().finally(() => {
      this.saving = undefined
    })
    await this.saving
  }

  private async saveOnce(): Promise<void> {
    const { spec, base } = this.view
    this.tell({ state: 'saving', error: null })
    try {
      this.took(await this.put(spec, base.version), spec)
    } catch (error) {
      if (error instanceof CallFailure && error.status === 409) this.takeIn(await this.readSaved())
      else this.tell({ state: 'failed', error })
    }
  }

  /** Takes in what was saved elsewhere, by itself where nobody has to choose. */
  async meet(theirs: Saved): Promise<void> {
    // What is being saved here may be just that.
    while (this.saving !== undefined) await this.saving
    this.takeIn(theirs)
  }

  private takeIn(theirs: Saved): void {
    const { spec, base } = this.view
    if (theirs.version <= base.version) return
    if (isTriviallyMerged(base.spec, spec, theirs.spec)) this.settle(isSameSpec(base.spec, spec) ? theirs.spec : spec, theirs)
    else this.tell({ theirs, state: 'changed' })
  }

  /** Ends a conflict. Whatever is chosen, the other one stays among the versions. */
  async choose(choice: 'merge' | 'mine' | 'theirs'): Promise<void> {
    const { spec, base, theirs } = this.view
    if (theirs === null) return
    if (choice === 'theirs') {
      // Mine is a version first, so that it can be found again.
      try {
        const mine = await this.put(spec, theirs.version)
        this.settle(theirs.spec, mine)
      } catch (error) {
        this.tell({ state: 'failed', error })
        return
      }
    } else this.settle(choice === 'mine' ? spec : mergeSpecs(base.spec, spec, theirs.spec).spec, theirs)
    await this.save()
  }

  /** What cells showed last, as the server has kept it. */
  async readOutputs(): Promise<void> {
    const params = { workspace: this.workspace, notebook: this.id }
    const { outputs } = await call('GET /workspaces/:workspace/notebooks/:notebook', { params })
    this.tell({ outputs: outputsOf(outputs) })
  }

  async forgetOutputs(): Promise<void> {
    const params = { workspace: this.workspace, notebook: this.id }
    await call('DELETE /workspaces/:workspace/notebooks/:notebook/outputs', { params })
    this.tell({ outputs: new Map() })
  }

  /** Saves and stops; what could not be saved stays in this browser. */
  leave(): void {
    this.keep()
    void this.save()
  }

  /** Forgets everything; for a notebook that was removed. */
  drop(): void {
    clearTimeout(this.saveTimer)
    clearTimeout(this.keepTimer)
    localStorage.removeItem(this.key)
    this.tell({ spec: this.view.base.spec, state: 'saved' })
  }

  private put(spec: NotebookSpec, expectedVersion: number) {
    const params = { workspace: this.workspace, notebook: this.id }
    return call('PUT /workspaces/:workspace/notebooks/:notebook', { params, body: { spec, expectedVersion } })
  }

  private async readSaved(): Promise<Saved> {
    const params = { workspace: this.workspace, notebook: this.id }
    return savedOf(await call('GET /workspaces/:workspace/notebooks/:notebook', { params }))
  }

  private took(saved: Saved, sent: NotebookSpec): void {
    const isAll = this.view.spec === sent
    this.tell({ base: savedOf({ ...saved, spec: sent }), state: isAll ? 'saved' : 'changed' })
    if (isAll) localStorage.removeItem(this.key)
    else this.schedule()
  }

  private settle(spec: NotebookSpec, base: Saved): void {
    this.tell({
      spec,
      base,
      theirs: null,
      error: null,
      arrivals: this.view.arrivals + 1,
      state: isSameSpec(spec, base.spec) ? 'saved' : 'changed',
    })
    if (this.view.state === 'changed') this.schedule()
    else localStorage.removeItem(this.key)
  }

  private schedule(): void {
    clearTimeout(this.saveTimer)
    clearTimeout(this.keepTimer)
    this.saveTimer = setTimeout(() => void this.save(), saveAfterMs)
    this.keepTimer = setTimeout(() => this.keep(), keepAfterMs)
  }

  private get key(): string {
    return `millrace.notebook.${this.workspace}.${this.id}`
  }

  private keep(): void {
    clearTimeout(this.keepTimer)
    const { spec, base } = this.view
    if (isSameSpec(spec, base.spec)) return
    try {
      localStorage.setItem(this.key, JSON.stringify({ base, spec }))
    } catch {
      // The browser has no room; the server has what was saved.
    }
  }

  /** What was written here and never saved is taken up again. */
  private takeKept(): void {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? 'null') as { base: Saved; spec: NotebookSpec } | null
      if (kept === null || !Array.isArray(kept.spec.cells) || !Array.isArray(kept.base.spec.cells)) return
      const theirs = this.view.base
      if (isSameSpec(kept.spec, theirs.spec)) localStorage.removeItem(this.key)
      else {
        const isNewer = theirs.version > kept.base.version
        this.view = { ...this.view, spec: kept.spec, base: isNewer ? kept.base : theirs, state: 'changed', theirs: isNewer ? theirs : null }
        this.schedule()
      }
    } catch {
      localStorage.removeItem(this.key)
    }
  }

  private tell(changes: Partial<DraftView>): void {
    this.view = { ...this.view, ...changes }
    for (const listener of this.listeners) listener()
  }
}

function outputsOf(kept: readonly KeptOutput[]): ReadonlyMap<string, KeptOutput> {
  return new Map(kept.map((each) => [each.cell, each] as const))
}

function savedOf({ version, changedAt, changedBy, spec }: Saved): Saved {
  return { version, changedAt, changedBy, spec }
}
