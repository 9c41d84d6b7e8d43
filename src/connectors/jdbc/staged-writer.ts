/**
 * Writes rows exactly once. During a checkpoint rows wait in a table of the same database, in chunks, each of which is safe once it is
 * there. The commit puts them into their table, notes the number of the commit, and takes the chunks away: one transaction. So a commit
 * that is repeated finds its number noted, and does nothing. Only a chunk at a time is in memory, whatever the size of a checkpoint.
 */
import { createHash, randomBytes } from 'node:crypto'
import { systemClock } from '#base'
import type { Batch } from '#data'
import type { DurableWork, SinkWriter } from '../connector.ts'
import { ConnectorMeter } from '../connector-meter.ts'
import { Link } from './database.ts'
import { cellText, type MadeColumn, quotedTarget, type Statement, type Texts } from './dialect.ts'
import { jdbcError, jdbcErrors } from './errors.ts'
import { describeFailure } from './failure-words.ts'
import { Flushing } from './flushing.ts'
import type { TargetName } from './options.ts'
import type { PendingRows } from './pending-rows.ts'
import { sendRows } from './send-rows.ts'
import type { Session } from './session.ts'
import { refuseRow, statementBytesMax, type WriterShape } from './writer-shape.ts'

/** What a commit needs, as JSON. */
interface StagedRecord {
  readonly writer: string
  /** The name of the chunks, which no other life of the work gives to its own. */
  readonly batch: string
  readonly chunks: number
  /** Counts the commits of the writer. */
  readonly id: number
  /** Rows that are dead letters, by chunk and place. */
  readonly refused: readonly (readonly [number, number])[]
}

/** A chunk as it waits: what its rows are, and which of them go. */
interface Chunk {
  readonly texts: Texts
  readonly puts: readonly number[]
  readonly removes: readonly number[]
}

/** Names of the two tables, quoted. */
interface CommitTables {
  readonly commits: string
  readonly rows: string
}

const chunkRows = 4096
const chunkBytes = 2_097_152
const nameLengthMax = 200
const cleanUpMsMax = 3000

const commitColumns: readonly MadeColumn[] = [
  { name: 'writer', kind: 'text' },
  { name: 'id', kind: 'integer' },
]
const rowColumns: readonly MadeColumn[] = [
  { name: 'writer', kind: 'text' },
  { name: 'batch', kind: 'text' },
  { name: 'chunk', kind: 'integer' },
  { name: 'payload', kind: 'text' },
]

export async function openStagedWriter(shape: WriterShape, session: Session, commits: TargetName): Promise<SinkWriter> {
  const { dialect } = shape.database
  const tables = {
    commits: quotedTarget(dialect, commits),
    rows: quotedTarget(dialect, { schema: commits.schema, name: `${commits.name}_rows` }),
  }
  const writer = new StagedWriter(shape, session, tables)
  await writer.open()
  return writer
}

/** The same in every life of a durable work, and another one for each writer of it. */
function writerName(durable: DurableWork | undefined): string {
  if (durable === undefined) return `run-${randomBytes(12).toString('hex')}`
  return `${workName(durable)}/${durable.writer?.index ?? 0}`
}

/** Of an id that is too long only the beginning is kept, and what tells it from others. */
function workName({ id }: DurableWork): string {
  if (id.length <= nameLengthMax) return id
  return `${id.slice(0, 100)}/${createHash('sha256').update(id).digest('hex')}`
}

class StagedWriter implements SinkWriter {
  readonly #shape: WriterShape
  readonly #tables: CommitTables
  readonly #link: Link
  readonly #flushing: Flushing
  readonly #writer: string
  readonly #uid = randomBytes(8).toString('hex')
  /** The number of the next commit. */
  #id = 1
  #chunks = 0
  #turn: Promise<unknown> = Promise.resolve()

  constructor(shape: WriterShape, session: Session, tables: CommitTables) {
    this.#shape = shape
    this.#tables = tables
    this.#writer = writerName(shape.request.durable)
    this.#link = new Link(shape.database, shape.request, session, shape.database.settings.options.number('sink.max-retries') ?? 0)
    this.#flushing = new Flushing(shape, { rows: chunkRows, bytes: chunkBytes, afterMs: 0 }, (rows) => this.#stage(rows))
  }

  /** Commits what the life before had prepared; all else of it is void. */
  async open(): Promise<void> {
    await this.#createTables()
    const { durable } = this.#shape.request
    for (const record of [durable?.record ?? null, ...(durable?.left ?? [])]) await this.commit(record)
    const { dialect } = this.#shape.database
    const { commits, rows } = this.#tables
    await this.#run(async (session) => {
      await session.query(dialect.insertMissing(commits, commitColumns), [this.#writer, '0'])
      await session.query(`DELETE FROM ${rows} WHERE writer = ${dialect.text(1)}`, [this.#writer])
      this.#id = (await this.#committedId(session, this.#writer)) + 1
      if (durable !== undefined && (durable.writer?.index ?? 0) === 0) await this.#forgetOthers(session, durable)
    })
  }

  /** Takes away what writers had prepared in vain that an earlier life of the work had and this one has not. */
  async #forgetOthers(session: Session, durable: DurableWork): Promise<void> {
    const { dialect } = this.#shape.database
    const { rows } = this.#tables
    const prefix = `${workName(durable)}/`
    const found = await session.query(`SELECT writer FROM ${rows} GROUP BY writer`)
    for (const [cell] of found.rows) {
      const writer = cellText(cell)
      const index = writer.startsWith(prefix) ? Number(writer.slice(prefix.length)) : Number.NaN
      if (index >= (durable.writer?.count ?? 1)) await session.query(`DELETE FROM ${rows} WHERE writer = ${dialect.text(1)}`, [writer])
    }
  }

  async #createTables(): Promise<void> {
    const { dialect, place } = this.#shape.database
    const { commits, rows } = this.#tables
    try {
      const probe = (session: Session) => session.query(`SELECT 1 FROM ${commits}, ${rows} WHERE 1 = 0`)
      if (await this.#link.run(probe).then(isTrue, () => false)) return
      for (const sql of dialect.createCommitTables(commits, rows)) await this.#link.run((session) => createOnce(session, sql))
    } catch (error) {
      const detail = `The database said: ${describeFailure(error)}. They are made by: ${dialect.createCommitTables(commits, rows).join('; ').replace(/\s+/g, ' ')}.`
      throw jdbcErrors.CONNECTORS_JDBC_STAGING_REFUSED({ table: place.table }, { detail })
    }
  }

  /** One after another: what is staged must not get into the transaction of a commit, which may be undone. */
  #run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => this.#runAlone(work))
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #runAlone<T>(work: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await this.#link.run(work)
    } catch (error) {
      throw jdbcError(error, this.#shape.database.place)
    }
  }

  async #committedId(session: Session, writer: string, lock = ''): Promise<number> {
    const { dialect } = this.#shape.database
    const sql = `SELECT id FROM ${this.#tables.commits} WHERE writer = ${dialect.text(1)}${lock}`
    return Number(cellText((await session.query(sql, [writer])).rows[0]?.[0]) || 0)
  }

  write(batch: Batch): void | Promise<void> {
    return this.#flushing.add(batch)
  }

  get #batch(): string {
    return `${this.#uid}-${this.#id}`
  }

  async #stage(rows: PendingRows): Promise<void> {
    const { database, key, request } = this.#shape
    const { puts, removes } = rows.latest(key)
    const kept = [...puts, ...removes]
    const chunk: Chunk = {
      texts: rows.texts.map((column) => kept.map((row) => column[row] ?? null)),
      puts: puts.map((_, place) => place),
      removes: removes.map((_, place) => puts.length + place),
    }
    const payload = JSON.stringify(chunk)
    const number = this.#chunks++
    const sql = database.dialect.insertMissing(this.#tables.rows, rowColumns)
    await this.#run((session) => session.query(sql, [this.#writer, this.#batch, String(number), payload]))
    request.meter.bytes += payload.length
  }

  async prepare(): Promise<unknown> {
    await this.#flushing.settle()
    if (this.#chunks === 0) return null
    const record: StagedRecord = { writer: this.#writer, batch: this.#batch, chunks: this.#chunks, id: this.#id, refused: [] }
    const refused = this.#shape.request.deadLetters === null ? [] : await this.#run((session) => this.#rehearse(session, record))
    this.#id++
    this.#chunks = 0
    return { ...record, refused }
  }

  /** Finds the rows that will be refused, while dead letters can still be handed over: does all that the commit will do, but commit. */
  async #rehearse(session: Session, record: StagedRecord): Promise<StagedRecord['refused']> {
    const refused: { place: readonly [number, number]; chunk: Chunk; row: number; error: unknown }[] = []
    await inTransaction(session, async () => {
      for (let number = 0; number < record.chunks; number++) {
        const chunk = await this.#chunk(session, record, number)
        await this.#move(session, chunk, (row, error) => refused.push({ place: [number, row], chunk: oneRow(chunk, row), row: 0, error }))
      }
      return 'rollback'
    })
    for (const { chunk, row, error } of refused) refuseRow(this.#shape, chunk.texts, row, error)
    return refused.map(({ place }) => place)
  }

  async commit(given: unknown): Promise<void> {
    if (given === null || given === undefined) return
    const record = given as StagedRecord
    const { dialect } = this.#shape.database
    await this.#run(async (session) => {
      await session.query(dialect.insertMissing(this.#tables.commits, commitColumns), [record.writer, '0'])
      await inTransaction(session, async () => {
        // The row is locked until the end: what an earlier life may still have on its way is waited for.
        if ((await this.#committedId(session, record.writer, ' FOR UPDATE')) >= record.id) return 'rollback'
        await this.#moveAll(session, record)
        return 'commit'
      })
    })
  }

  async #moveAll(session: Session, record: StagedRecord): Promise<void> {
    const { dialect } = this.#shape.database
    const { commits, rows } = this.#tables
    for (let number = 0; number < record.chunks; number++) {
      const chunk = await this.#chunk(session, record, number)
      const isRefused = (row: number) => record.refused.some(([at, place]) => at === number && place === row)
      const left = { ...chunk, puts: chunk.puts.filter((row) => !isRefused(row)), removes: chunk.removes.filter((row) => !isRefused(row)) }
      await this.#move(session, left, (row, error) =>
        refuseRow({ ...this.#shape, request: { ...this.#shape.request, deadLetters: null } }, chunk.texts, row, error),
      )
    }
    const where = `WHERE writer = ${dialect.text(1)} AND batch = ${dialect.text(2)}`
    await session.query(`DELETE FROM ${rows} ${where}`, [record.writer, record.batch])
    const update = `UPDATE ${commits} SET id = ${dialect.integer(1)} WHERE writer = ${dialect.text(2)}`
    await session.query(update, [String(record.id), record.writer])
  }

  async #chunk(session: Session, { writer, batch }: StagedRecord, number: number): Promise<Chunk> {
    const { dialect, place } = this.#shape.database
    const where = `writer = ${dialect.text(1)} AND batch = ${dialect.text(2)} AND chunk = ${dialect.integer(3)}`
    const { rows } = await session.query(`SELECT payload FROM ${this.#tables.rows} WHERE ${where}`, [writer, batch, String(number)])
    const [row] = rows
    if (row === undefined) throw jdbcErrors.CONNECTORS_JDBC_ROWS_LOST({ table: place.table, staging: this.#tables.rows })
    return JSON.parse(cellText(row[0])) as Chunk
  }

  /** A statement that is refused is undone by itself, so that the transaction goes on. */
  async #move(session: Session, chunk: Chunk, refuse: (row: number, error: unknown) => void): Promise<void> {
    const run = async ({ sql, values }: Statement) => {
      await session.query('SAVEPOINT millrace')
      try {
        await session.query(sql, values)
        await session.query('RELEASE SAVEPOINT millrace')
      } catch (error) {
        if (session.isOpen) await session.query('ROLLBACK TO SAVEPOINT millrace').catch(() => undefined)
        throw error
      }
    }
    await sendRows(chunk.texts, chunk, { statements: this.#shape.statements, bytesMax: statementBytesMax, run, refuse })
  }

  async close(): Promise<void> {
    await this.#flushing.close()
    await this.#link.close()
    if (this.#shape.request.durable === undefined) await this.#cleanUp()
  }

  /** What nobody can go on from is taken away, as well as that can be. */
  async #cleanUp(): Promise<void> {
    const { database } = this.#shape
    const ended = new AbortController()
    const timer = setTimeout(() => ended.abort(), cleanUpMsMax)
    const link = new Link(database, { signal: ended.signal, meter: new ConnectorMeter(systemClock) }, null)
    try {
      for (const table of [this.#tables.rows, this.#tables.commits]) {
        const sql = `DELETE FROM ${table} WHERE writer = ${database.dialect.text(1)}`
        await link.run((session) => session.query(sql, [this.#writer]))
      }
    } catch {
      // The database is gone: the rows stay there, and nobody reads them.
    } finally {
      clearTimeout(timer)
      await link.close()
    }
  }
}

function isTrue(): boolean {
  return true
}

/** A row alone, so that the chunk that it is of can be let go. */
function oneRow(chunk: Chunk, row: number): Chunk {
  return { texts: chunk.texts.map((column) => [column[row] ?? null]), puts: [], removes: [] }
}

/** Two writers may create a table at the same moment, which one of them is then refused. */
async function createOnce(session: Session, sql: string): Promise<void> {
  try {
    await session.query(sql)
  } catch {
    await session.query(sql)
  }
}

async function inTransaction(session: Session, work: () => Promise<'commit' | 'rollback'>): Promise<void> {
  await session.query('START TRANSACTION')
  try {
    await session.query((await work()) === 'commit' ? 'COMMIT' : 'ROLLBACK')
  } catch (error) {
    if (session.isOpen) await session.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}
