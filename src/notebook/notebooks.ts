/** The notebooks of a server: made, changed from the version that was seen, with their versions, and with what their cells showed last. */
import { MillraceError } from '#base'
import { type RecordKey, type Store, type Stored, writeOf } from '#store'
import type { CellOutput } from './cell-output.ts'
import { checkNotebook } from './check-notebook.ts'
import { notebookErrors } from './errors.ts'
import { KeptOutputs } from './kept-outputs.ts'
import { listNotebooks, type NotebookPage, type NotebookQuery } from './list-notebooks.ts'
import { type Notebook, notebookKind } from './notebook.ts'
import { cardOf, type NotebookCard } from './notebook-card.ts'

interface NotebooksOptions {
  readonly createId: () => string
  /** In each workspace. */
  readonly notebooksMax?: number
}

const notebooksMaxDefault = 2000
const pageSize = 100
/** Of versions these stay whole; of those before, the last one of each day for two years. */
const versionsKept = 200
const dailyMs = 730 * 86_400_000
/** Looked at after so many versions. */
const thinnedEvery = 20

export class Notebooks {
  readonly outputs: KeptOutputs
  readonly #store: Store
  readonly #options: NotebooksOptions
  /** By workspace, then by id. */
  readonly #cards = new Map<string, Map<string, NotebookCard>>()

  private constructor(store: Store, options: NotebooksOptions) {
    this.#store = store
    this.#options = options
    this.outputs = new KeptOutputs(store)
  }

  static async load(store: Store, options: NotebooksOptions): Promise<Notebooks> {
    const notebooks = new Notebooks(store, options)
    for (let after: RecordKey | undefined; ; ) {
      const page = await store.list(notebookKind, { workspace: null, limit: pageSize, ...(after === undefined ? {} : { after }) })
      for (const record of page) notebooks.#put(record)
      if (page.length < pageSize) return notebooks
      after = page.at(-1)
    }
  }

  list(workspace: string, query: NotebookQuery): NotebookPage {
    return listNotebooks(this.#cards.get(workspace)?.values() ?? [], query)
  }

  card({ workspace, id }: RecordKey): NotebookCard {
    const card = this.#cards.get(workspace)?.get(id)
    if (card === undefined) throw notebookErrors.NOTEBOOK_NOT_FOUND({ notebook: id })
    return card
  }

  /** Whether a notebook is there, and has a cell; null: whatever cells it has. */
  has({ workspace, id }: RecordKey, cell: string | null): boolean {
    const card = this.#cards.get(workspace)?.get(id)
    return card !== undefined && (cell === null || card.cellIds.includes(cell))
  }

  async get(key: RecordKey): Promise<Stored<Notebook>> {
    this.card(key)
    const found = await this.#store.read(notebookKind, key)
    if (found === null) throw notebookErrors.NOTEBOOK_NOT_FOUND({ notebook: key.id })
    return found
  }

  async create(workspace: string, notebook: Notebook, by: string): Promise<Stored<Notebook>> {
    checkNotebook(notebook)
    const most = this.#options.notebooksMax ?? notebooksMaxDefault
    if ((this.#cards.get(workspace)?.size ?? 0) >= most) throw notebookErrors.NOTEBOOK_COUNT_MAX({ most })
    return this.#write({ workspace, id: this.#options.createId() }, notebook, 0, by)
  }

  /** A new version, made from the one that is expected to be the newest; what is as it was makes none. */
  async change(key: RecordKey, notebook: Notebook, expectedVersion: number, by: string): Promise<Stored<Notebook>> {
    checkNotebook(notebook)
    const newest = await this.get(key)
    // The same request may have come before.
    if (newest.version !== expectedVersion && !(newest.version === expectedVersion + 1 && isSame(newest.value, notebook)))
      throw this.#changed(newest, expectedVersion)
    if (isSame(newest.value, notebook)) return newest
    try {
      return await this.#write(key, notebook, expectedVersion, by)
    } catch (error) {
      if (!(error instanceof MillraceError) || error.code !== 'STORE_RECORD_CHANGED') throw error
      throw this.#changed(await this.get(key), expectedVersion)
    }
  }

  /** It goes with what its cells showed. */
  async remove(key: RecordKey, by: string): Promise<void> {
    this.card(key)
    await this.outputs.clear(key, by)
    await this.#store.commit({ writes: [writeOf(notebookKind, key, null, null)], by })
    await this.#store.thinVersions(notebookKind, key, { newest: 0, dailySince: Number.MAX_SAFE_INTEGER })
    this.#cards.get(key.workspace)?.delete(key.id)
  }

  /** Newest first. */
  async versions(key: RecordKey, page: { readonly before?: number; readonly limit: number }): Promise<readonly Stored<Notebook>[]> {
    this.card(key)
    return this.#store.versions(notebookKind, key, page)
  }

  async version(key: RecordKey, version: number): Promise<Stored<Notebook>> {
    const { title } = this.card(key)
    const [found] = await this.#store.versions(notebookKind, key, { before: version + 1, limit: 1 })
    if (found?.version !== version) throw notebookErrors.NOTEBOOK_VERSION_NOT_FOUND({ title, version })
    return found
  }

  async keepOutput(key: RecordKey, cell: string, output: CellOutput, by: string): Promise<void> {
    const { title, cellIds } = this.card(key)
    if (!cellIds.includes(cell)) throw notebookErrors.NOTEBOOK_CELL_NOT_FOUND({ title, cell: cell.slice(0, 60) })
    await this.outputs.keep(key, cell, output, by)
  }

  async #write(key: RecordKey, notebook: Notebook, expected: number, by: string): Promise<Stored<Notebook>> {
    const [version = 0] = await this.#store.commit({ writes: [writeOf(notebookKind, key, notebook, expected)], by })
    const written = await this.#store.read(notebookKind, key)
    // Somebody else may have written, or removed, it since.
    if (written === null) throw notebookErrors.NOTEBOOK_NOT_FOUND({ notebook: key.id })
    this.#put(written)
    if (version % thinnedEvery === 0)
      await this.#store.thinVersions(notebookKind, key, { newest: versionsKept, dailySince: written.writtenAt - dailyMs })
    return written.version === version ? written : this.version(key, version)
  }

  #changed({ value, version }: Stored<Notebook>, expected: number): MillraceError {
    return notebookErrors.NOTEBOOK_VERSION_CHANGED({ title: value.title, expected, version })
  }

  #put(record: Stored<Notebook>): void {
    const cards = this.#cards.get(record.workspace) ?? new Map<string, NotebookCard>()
    this.#cards.set(record.workspace, cards)
    cards.set(record.id, cardOf(record))
  }
}

function isSame(a: Notebook, b: Notebook): boolean {
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b))
}

/** The same notebook with its parts in one order, however they came. */
function ordered({ title, folder, tags, variables, cells }: Notebook): unknown {
  const sorted = Object.entries(variables).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const plain = cells.map((cell) =>
    cell.kind === 'markdown'
      ? [cell.id, cell.kind, cell.text]
      : [
          cell.id,
          cell.kind,
          cell.text,
          cell.view,
          cell.chart === null ? null : [cell.chart.x, cell.chart.y, cell.chart.series, cell.chart.form],
        ],
  )
  return [title, folder, tags, sorted, plain]
}
