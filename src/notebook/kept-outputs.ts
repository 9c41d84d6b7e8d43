/** What the cells of notebooks showed last. Of a notebook so much is kept; what was written longest ago makes room. */
import { type RecordKey, type Store, type Stored, writeOf } from '#store'
import { type CellOutput, checkOutput, outputKind } from './cell-output.ts'

export interface OutputLimits {
  /** Of all outputs of a notebook. */
  readonly bytesMax: number
  readonly countMax: number
}

const usualLimits: OutputLimits = { bytesMax: 8_388_608, countMax: 400 }

/** By cell, in the order in which they were written. */
type Sizes = Map<string, number>

export class KeptOutputs {
  readonly #store: Store
  readonly #limits: OutputLimits
  /** By workspace and notebook; read when it is first asked for. */
  readonly #sizes = new Map<string, Promise<Sizes>>()

  constructor(store: Store, limits: OutputLimits = usualLimits) {
    this.#store = store
    this.#limits = limits
  }

  /** Those of some cells, by their ids. */
  async of(notebook: RecordKey, cells: readonly string[]): Promise<ReadonlyMap<string, Stored<CellOutput>>> {
    const all = await this.#list(notebook)
    const wanted = new Set(cells)
    return new Map(all.flatMap((each) => (wanted.has(cellOf(notebook, each)) ? [[cellOf(notebook, each), each] as const] : [])))
  }

  async keep(notebook: RecordKey, cell: string, output: CellOutput, by: string): Promise<void> {
    const bytes = checkOutput(output)
    const sizes = await this.#sizesOf(notebook)
    const others = [...sizes].filter(([other]) => other !== cell)
    let total = others.reduce((sum, [, size]) => sum + size, bytes)
    const leaving: string[] = []
    for (const [other, size] of others) {
      if (total <= this.#limits.bytesMax && others.length - leaving.length < this.#limits.countMax) break
      leaving.push(other)
      total -= size
    }
    await this.#store.commit({
      writes: [
        writeOf(outputKind, keyOf(notebook, cell), output, null),
        ...leaving.map((other) => writeOf(outputKind, keyOf(notebook, other), null, null)),
      ],
      by,
    })
    for (const other of leaving) sizes.delete(other)
    sizes.delete(cell)
    sizes.set(cell, bytes)
  }

  async clear(notebook: RecordKey, by: string): Promise<void> {
    const sizes = await this.#sizesOf(notebook)
    await this.#store.commit({ writes: [...sizes.keys()].map((cell) => writeOf(outputKind, keyOf(notebook, cell), null, null)), by })
    this.#sizes.delete(addressOf(notebook))
  }

  #sizesOf(notebook: RecordKey): Promise<Sizes> {
    const address = addressOf(notebook)
    const known = this.#sizes.get(address)
    if (known !== undefined) return known
    const read = this.#list(notebook).then(
      (all) =>
        new Map(
          all.toSorted((a, b) => a.writtenAt - b.writtenAt).map((each) => [cellOf(notebook, each), checkOutput(each.value)] as const),
        ),
    )
    this.#sizes.set(address, read)
    read.catch(() => this.#sizes.delete(address))
    return read
  }

  /** Ids are compared by their bytes, so that those of one notebook stand together. */
  async #list(notebook: RecordKey): Promise<readonly Stored<CellOutput>[]> {
    const prefix = `${notebook.id}/`
    const { workspace } = notebook
    // One that is being written may be there before the oldest has gone.
    const limit = this.#limits.countMax + 10
    const page = await this.#store.list(outputKind, { workspace, after: { workspace, id: prefix }, limit })
    return page.filter(({ id }) => id.startsWith(prefix))
  }
}

function keyOf({ workspace, id }: RecordKey, cell: string): RecordKey {
  return { workspace, id: `${id}/${cell}` }
}

function cellOf({ id: notebook }: RecordKey, { id }: RecordKey): string {
  return id.slice(notebook.length + 1)
}

function addressOf({ workspace, id }: RecordKey): string {
  return JSON.stringify([workspace, id])
}
