/** A durable statement in this process: it counts and sums numbers by windows, so that a row that is lost or comes twice is seen. */
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '#base'
import { type BlobStore, openBlobs } from '#blobs'
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine } from '#engines'
import { QuerySession } from '#query'

export interface SumsRun {
  /** Statements after the script. */
  readonly more?: string
  /** Opens what is at the address of the statement's checkpoints. */
  readonly open?: (address: string) => BlobStore
  readonly settings?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export class Sums {
  readonly folder: string
  readonly #perSecond: number

  private constructor(folder: string, perSecond: number) {
    this.folder = folder
    this.#perSecond = perSecond
  }

  static async create(perSecond = 500_000): Promise<Sums> {
    return new Sums(await mkdtemp(path.join(tmpdir(), 'millrace-sums-')), perSecond)
  }

  get dataDir(): string {
    return path.join(this.folder, 'state')
  }

  /** Where the checkpoints of the only statement are. */
  get place(): string {
    return path.join(this.dataDir, 'statement-1')
  }

  get script(): string {
    return `
CREATE TABLE numbers (n BIGINT, \`time\` AS TO_TIMESTAMP_LTZ(n, 3), WATERMARK FOR \`time\` AS \`time\`)
  WITH ('connector' = 'datagen', 'rows-per-second' = '${this.#perSecond}', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '99999');
CREATE TABLE sums (ends TIMESTAMP_LTZ(3), numbers BIGINT, total BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '${this.folder}/rows', 'format' = 'csv');
INSERT INTO sums SELECT window_end, COUNT(*), SUM(n) FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(\`time\`), INTERVAL '1' SECOND))
  GROUP BY window_start, window_end;`
  }

  async run({ more = '', open = openBlobs, settings = {}, signal = new AbortController().signal }: SumsRun = {}): Promise<void> {
    const session = new QuerySession({
      createCatalog: () => new MemoryCatalog(),
      engine: new EmbeddedEngine({ clock: systemClock, userFunction: () => () => null, openBlobs: open }),
      settings: { 'execution.checkpointing.dir': this.dataDir, 'execution.checkpointing.interval': '1 ms', ...settings },
      clock: systemClock,
      loadFunction: () => Promise.reject(new Error('no functions here')),
    })
    await session.run(`${this.script}\n${more}`, {}, signal)
  }

  /** How many numbers each window had, of all rows that are visible. */
  async numbers(): Promise<number[]> {
    const folder = path.join(this.folder, 'rows')
    const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'))
    const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')))
    return texts.flatMap((text) => text.split('\n').filter((line) => line !== '')).map((line) => Number(line.split(',')[1]))
  }
}

/** What is written when nothing is lost and nothing comes twice. */
export const allNumbers: readonly number[] = Array.from({ length: 100 }, () => 1000)
