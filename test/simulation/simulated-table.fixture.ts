/**
 * A table that is written in two phases: what is prepared lies beside the table, in parts, until a commit moves it in. What a process has
 * not prepared dies with it. The next life of the same work commits what its checkpoint names, and all else that was prepared is void.
 */
import type { DurableWork, Sink, SinkWriter } from '#connectors'
import { type Batch, changeDelete, changeInsert, changeUpdateBefore, rowsOf, type Schema } from '#data'
import type { Life } from './life.fixture.ts'

interface Change {
  readonly kind: number
  readonly row: readonly unknown[]
}

/** A change, and the writer that it came by. */
interface Committed extends Change {
  readonly work: string
}

interface Prepared {
  readonly work: string
  readonly changes: readonly Change[]
}

/** What `prepare` gives and `commit` takes. */
interface CommitRecord {
  readonly parts: readonly string[]
}

export class SimulatedTable {
  readonly committed: Committed[] = []
  readonly #committedParts = new Set<string>()
  readonly #prepared = new Map<string, Prepared>()
  /** Places of the primary key; empty: changes carry whole rows. */
  key: readonly number[] = []
  #parts = 0
  #works = 0

  /** The name of a work that no later life goes on with. */
  createWork(): string {
    return `work ${++this.#works}`
  }

  prepare(work: string, changes: readonly Change[]): string {
    const part = `part ${++this.#parts}`
    this.#prepared.set(part, { work, changes })
    return part
  }

  /** Moves a part in, if that was not done before. */
  commit(part: string): void {
    const prepared = this.#prepared.get(part)
    if (prepared === undefined && !this.#committedParts.has(part)) throw new Error(`${part} is void, and is committed now`)
    this.#prepared.delete(part)
    this.#committedParts.add(part)
    if (prepared !== undefined) for (const change of prepared.changes) this.committed.push({ ...change, work: prepared.work })
  }

  /** Drops what was prepared by earlier lives. */
  drop(isOf: (work: string) => boolean): void {
    for (const [part, { work }] of this.#prepared) if (isOf(work)) this.#prepared.delete(part)
  }

  /** Parts that nobody has committed nor dropped. */
  get pending(): number {
    return this.#prepared.size
  }

  /** The rows that the committed changes add up to, each as often as it is there, in order. */
  rows(): string[] {
    return this.key.length > 0 ? this.#rowsByKey() : this.#rowsByCount()
  }

  #rowsByCount(): string[] {
    const counts = new Map<string, number>()
    for (const { kind, row } of this.committed) {
      const line = lineOf(row)
      const count = (counts.get(line) ?? 0) + (isRemoval(kind) ? -1 : 1)
      if (count < 0) throw new Error(`${line} was taken back before it came`)
      counts.set(line, count)
    }
    return [...counts].flatMap(([line, count]) => Array.from({ length: count }, () => line)).sort()
  }

  #rowsByKey(): string[] {
    const rows = new Map<string, string>()
    for (const { kind, row } of this.committed) {
      const key = lineOf(this.key.map((place) => row[place]))
      if (isRemoval(kind)) rows.delete(key)
      else rows.set(key, lineOf(row))
    }
    return [...rows.values()].sort()
  }
}

function isRemoval(kind: number): boolean {
  return kind === changeUpdateBefore || kind === changeDelete
}

function lineOf(row: readonly unknown[]): string {
  return JSON.stringify(row, (_name, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`
    return value instanceof Map ? [...value].map((entry) => JSON.stringify(entry)).sort() : value
  })
}

/** The table as one life writes it. */
export function sinkOf(table: SimulatedTable, takes: Sink['takes'], life: () => Life): Sink {
  return {
    takes,
    isShareable: true,
    open: async (request) => {
      const writer = new SimulatedWriter(table, life(), request)
      await writer.begin()
      return writer
    },
  }
}

class SimulatedWriter implements SinkWriter {
  readonly #table: SimulatedTable
  readonly #life: Life
  readonly #schema: Schema
  readonly #durable: DurableWork | undefined
  readonly #work: string
  #written: Change[] = []

  constructor(table: SimulatedTable, life: Life, { schema, durable }: Parameters<Sink['open']>[0]) {
    this.#table = table
    this.#life = life
    this.#schema = schema
    this.#durable = durable
    this.#work = durable === undefined ? table.createWork() : `${durable.id}@${durable.writer?.index ?? 0}`
  }

  readonly #isOwn = (work: string): boolean => work === this.#work

  /** Whether a work is an earlier life of this one; the first writer has those of writers that are no more, too. */
  readonly #isEarlier = (work: string): boolean => {
    const { index = 0, count = 1 } = this.#durable?.writer ?? {}
    const other = Number(work.slice(work.lastIndexOf('@') + 1))
    return other === index || (index === 0 && other >= count)
  }

  /** Settles what earlier lives have left. */
  async begin(): Promise<void> {
    await this.#life.effect('open the table', () => undefined)
    if (this.#durable === undefined) return
    const { record, left = [] } = this.#durable
    for (const each of [record, ...left]) if (each !== null) await this.commit(each)
    await this.#life.effect('drop what is void', () => this.#table.drop(this.#isEarlier))
  }

  write(batch: Batch): void | Promise<void> {
    if (this.#life.isDead) return
    for (const [index, row] of rowsOf(batch, this.#schema).entries()) {
      this.#written.push({ kind: batch.kinds?.[index] ?? changeInsert, row })
    }
    if (this.#life.dice.chance(50)) return this.#life.effect('write', () => undefined)
  }

  async prepare(): Promise<CommitRecord> {
    const written = this.#written
    this.#written = []
    const parts: string[] = []
    while (written.length > 0) {
      const changes = written.splice(0, 1 + this.#life.dice.below(30))
      const add = (some: readonly Change[]): void => void parts.push(this.#table.prepare(this.#work, some))
      await this.#life.effect(
        'prepare',
        () => add(changes),
        () => add(changes.slice(0, changes.length / 2)),
      )
    }
    return { parts }
  }

  async commit(record: unknown): Promise<void> {
    for (const part of (record as CommitRecord).parts) await this.#life.effect(`commit ${part}`, () => this.#table.commit(part))
  }

  async close(): Promise<void> {
    this.#written = []
    if (this.#durable === undefined) this.#table.drop(this.#isOwn)
  }
}
