/**
 * Statements run by a SQL gateway of Flink, told as if they ran here. The text goes there as it is, one statement after another, but for
 * connections, which Flink does not know; what it means, and what is wrong with it, the gateway says.
 */
import { assert, MillraceError } from '#base'
import { rowsOf } from '#data'
import { FlinkGatewaySession, type GatewayAddress, type GatewayResult, type JobStatus } from '#engines'
import { printText } from '#plan'
import { firstTokens } from '#sql'
import type { Completion } from './complete.ts'
import { queryErrors } from './errors.ts'
import { bringsLibraries, type FindLibraries, libraryUses } from './library-uses.ts'
import type { StatementListener } from './listener.ts'
import { quotedPath } from './quoted-path.ts'
import { type ScriptStatement, statementsIn } from './script-statements.ts'
import { NamedConnections } from './spell-out-connections.ts'

/** What runs statements for a person: here, or elsewhere. */
export interface StatementRunner {
  readonly settings: { get(key: string): string }
  run(text: string, listener: StatementListener, signal: AbortSignal): Promise<void>
  /** What may be typed at an offset of a text; left out where nobody knows. */
  complete?(text: string, offset: number): readonly Completion[]
}

const pollMs = 400
/** A gateway that does not answer is asked for so long how a job is. */
const silenceMsMax = 60_000
/** A job that was just submitted may not be known at once. */
const unknownMax = 20
const uidKey = 'table.exec.uid.generation'

const secret = /\$\{secret:([^}']*)\}/

interface SpelledStatement extends ScriptStatement {
  /** With the options of the connections that it uses; empty where it only makes or drops one. */
  readonly sent: string
}

interface RemoteOptions {
  /** Whether the end of jobs is waited for; they are by default. */
  readonly waits?: boolean
  /** Finds what the cluster lacks of what tables name; left out where nobody knows what it has. */
  readonly findLibraries?: FindLibraries | undefined
}

export class RemoteSession implements StatementRunner {
  readonly #gateway: FlinkGatewaySession
  readonly #waits: boolean
  /** Null once the session has JARs of its own, in which there may be anything. */
  #findLibraries: FindLibraries | null
  readonly #connections = new NamedConnections()
  /** JARs that the session was given. */
  readonly #libraries = new Set<string>()
  #properties: Readonly<Record<string, string>>
  readonly settings = { get: (key: string): string => this.#setting(key) }

  private constructor(gateway: FlinkGatewaySession, properties: Readonly<Record<string, string>>, options: RemoteOptions) {
    this.#gateway = gateway
    this.#properties = properties
    this.#waits = options.waits ?? true
    this.#findLibraries = options.findLibraries ?? null
  }

  static async open(
    address: GatewayAddress,
    settings: Readonly<Record<string, string>>,
    options: RemoteOptions = {},
  ): Promise<RemoteSession> {
    const gateway = await FlinkGatewaySession.open(address, settings)
    return new RemoteSession(gateway, await gateway.properties(), options)
  }

  #setting(key: string): string {
    const value = this.#properties[key] ?? ''
    // Flink has no zone of its own by default, but that of the machine of its gateway.
    return key === 'table.local-time-zone' && (value === '' || value === 'default') ? 'UTC' : value
  }

  /**
   * Runs all statements of a text, one after another. Fails at the first that fails. An INSERT is waited for.
   *
   * @param beforeLast statements that are run before the last one of the text
   */
  async run(text: string, listener: StatementListener, signal: AbortSignal, beforeLast: readonly string[] = []): Promise<void> {
    const statements = this.#sentOf(text)
    await this.#addLibraries(text, statements)
    for (const statement of statements) {
      if (signal.aborted) return
      try {
        if (statement === statements.at(-1)) for (const each of beforeLast) await this.#runOne(each, {}, signal)
        if (statement.sent === '') listener.done?.(kindOf(statement.text))
        else await this.#runOne(statement.sent, listener, signal)
        this.#connections.read(statement.text)
        this.#properties = await this.#gateway.properties()
      } catch (error) {
        if (signal.aborted && !(error instanceof MillraceError)) return
        throw placed(isAsWritten(statement) ? error : unplaced(error), text, statement)
      }
    }
  }

  /** The statements of a text as Flink takes them, which knows no connections. Fails before anything of it has run. */
  #sentOf(text: string): SpelledStatement[] {
    const connections = this.#connections.copy()
    return statementsIn(text).map((statement) => {
      try {
        const spelled = { ...statement, sent: connections.read(statement.text) }
        const [, name] = isAsWritten(spelled) ? [] : (secret.exec(spelled.sent) ?? [])
        if (name !== undefined) throw queryErrors.QUERY_CONNECTION_SECRET({ name })
        return spelled
      } catch (error) {
        throw placed(unplaced(error), text, statement)
      }
    })
  }

  /** Gives the session what its tables need and the cluster lacks, before anything of a text has run. */
  async #addLibraries(text: string, statements: readonly SpelledStatement[]): Promise<void> {
    if (bringsLibraries(text)) this.#findLibraries = null
    if (this.#findLibraries === null) return
    // Places are those of the text, where it is sent as it is.
    const isWhole = statements.every(isAsWritten)
    const uses = libraryUses(isWhole ? text : statements.map(({ sent }) => sent).join('\n'))
    if (uses.length === 0) return
    const found = await this.#findLibraries(uses).catch((error: unknown) => {
      throw isWhole ? error : unplaced(error)
    })
    for (const library of found) {
      if (this.#libraries.has(library)) continue
      await this.#runOne(`ADD JAR ${printText(library)}`, {}, new AbortController().signal)
      this.#libraries.add(library)
    }
  }

  /**
   * Runs all statements of a text but the last one.
   *
   * @param beforeLast statements that are run after them
   */
  async prepare(text: string, beforeLast: readonly string[] = []): Promise<void> {
    const signal = new AbortController().signal
    await this.run(text.slice(0, lastOf(text).start), {}, signal)
    for (const each of beforeLast) await this.#runOne(each, {}, signal)
  }

  /** Runs the last statement of a text. All before it has been run. */
  async runLast(text: string, listener: StatementListener): Promise<void> {
    const last = lastOf(text)
    try {
      await this.#runOne(last.text, listener, new AbortController().signal)
    } catch (error) {
      throw placed(error, text, last)
    }
  }

  /** The plan of the last statement, an INSERT or a statement set, as JSON, as Flink explains it. All before it has been run. */
  async explainLast(text: string): Promise<string> {
    return this.#aboutLast(text, (last) => this.#textOf(`EXPLAIN JSON_EXECUTION_PLAN ${last}`))
  }

  /** Lets the gateway write the plan of the last statement to a file of its own. All before it has been run. */
  async compileLast(text: string, file: string): Promise<void> {
    await this.#aboutLast(text, (last) => this.#runOne(`COMPILE PLAN ${printText(file)} FOR ${last}`, {}, new AbortController().signal))
  }

  /** Runs the plan in a file of the gateway. */
  async executePlan(file: string, listener: StatementListener): Promise<void> {
    const signal = new AbortController().signal
    // Operators that were compiled would have other ids than the same that were not, and would not find their state.
    const generation = this.settings.get(uidKey)
    if (generation === '' || generation === 'PLAN_ONLY') await this.#runOne(`SET '${uidKey}' = 'DISABLED'`, {}, signal)
    await this.#runOne(`EXECUTE PLAN ${printText(file)}`, listener, signal)
  }

  async #aboutLast<T>(text: string, ask: (statement: string) => Promise<T>): Promise<T> {
    const last = lastOf(text)
    try {
      return await ask(asOneStatement(last.text).text.replace(/^\s*EXECUTE\s+/i, ''))
    } catch (error) {
      // Places in it are moved by the words before the statement.
      throw error instanceof MillraceError ? placed(error.with({ position: undefined }), text, last) : error
    }
  }

  /** The statement that creates a table. */
  definitionOf(path: readonly string[]): Promise<string> {
    return this.#textOf(`SHOW CREATE TABLE ${quotedPath(path)}`)
  }

  /** The one text that a statement answers with. */
  async #textOf(statement: string): Promise<string> {
    let text = ''
    const table: StatementListener['table'] = (_schema, rows) => {
      text = String(rows[0]?.[0])
    }
    await this.#runOne(statement, { table }, new AbortController().signal)
    return text
  }

  async #runOne(text: string, listener: StatementListener, signal: AbortSignal): Promise<void> {
    const kind = kindOf(text)
    const result = await this.#gateway.execute(asOneStatement(text).text, signal, this.settings.get('table.local-time-zone'))
    try {
      if (result.isQuery) await this.#giveRows(result, listener)
      else if (result.jobId !== null && !this.#waits) listener.submitted?.(result.jobId)
      else if (result.jobId !== null) await this.#waitFor(result.jobId, listener, signal)
      else if (result.isPlain) listener.done?.(kind)
      else await giveTable(result, listener)
    } finally {
      // What cannot be closed now is closed with the session.
      await result.close().catch(() => undefined)
    }
  }

  async #giveRows(result: GatewayResult, listener: StatementListener): Promise<void> {
    const isBatch = this.#setting('execution.runtime-mode').toLowerCase() === 'batch'
    listener.opened?.({ schema: result.schema, updating: !isBatch, order: [] })
    if (result.jobId !== null) listener.submitted?.(result.jobId)
    for await (const batch of result.pages()) await listener.changes?.(batch)
    listener.closed?.()
  }

  /** Waits for the end of a job; stops it when that is wanted. */
  async #waitFor(job: string, listener: StatementListener, signal: AbortSignal): Promise<void> {
    listener.submitted?.(job)
    let isStopping = false
    let silentMs = 0
    for (let unknown = 0; unknown < unknownMax; ) {
      if (signal.aborted && !isStopping) {
        isStopping = true
        // It may have ended by itself meanwhile, which its status tells.
        await this.#gateway.stopJob(job).catch((error: unknown) => refusalOr(error))
      }
      const status = await this.#statusOf(job)
      silentMs = status instanceof MillraceError ? silentMs + pollMs : 0
      if (status instanceof MillraceError && silentMs >= silenceMsMax) throw queryErrors.QUERY_JOB_UNKNOWN({ job }, { cause: status })
      if (status === 'finished' || status === 'canceled') return listener.done?.(`job ${job} ${status}`)
      if (status === 'failed') throw queryErrors.QUERY_JOB_FAILED({ job })
      unknown = status === null ? unknown + 1 : 0
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
    throw queryErrors.QUERY_JOB_UNKNOWN({ job })
  }

  /** An error where the gateway does not answer: that says nothing of the job. */
  async #statusOf(job: string): Promise<JobStatus | MillraceError | null> {
    try {
      return await this.#gateway.jobStatus(job)
    } catch (error) {
      // What the gateway says then may be of the cluster, which it does not reach.
      if (error instanceof MillraceError && error.blame !== 'internal') return error
      throw error
    }
  }

  /** Whether the gateway knows it still. */
  async isOpen(): Promise<boolean> {
    try {
      await this.#gateway.properties()
      return true
    } catch (error) {
      if (error instanceof MillraceError) return false
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#gateway.close()
  }
}

function isAsWritten({ text, sent }: SpelledStatement): boolean {
  return text === sent
}

/** Places in what was sent are none in the script. */
function unplaced(error: unknown): unknown {
  return error instanceof MillraceError ? error.with({ position: undefined, cause: error }) : error
}

function lastOf(text: string): ScriptStatement {
  const last = statementsIn(text).at(-1)
  assert(last !== undefined, 'there is a last statement')
  return last
}

/** What the gateway refuses is none of the caller's troubles; all else is. */
function refusalOr(error: unknown): void {
  if (!(error instanceof MillraceError) || error.blame === 'internal') throw error
}

async function giveTable(result: GatewayResult, listener: StatementListener): Promise<void> {
  const rows: unknown[][] = []
  for await (const batch of result.pages()) for (const row of rowsOf(batch, result.schema)) rows.push(row)
  listener.table?.(result.schema, rows)
}

const setWords = 'EXECUTE STATEMENT SET BEGIN'

interface SentStatement {
  readonly text: string
  /** Up to here it is as it was written; what follows is moved by `shift`. */
  readonly changedFrom: number
  readonly shift: number
}

/** A gateway takes one statement at a time, also where Flink's client takes a set of them. */
function asOneStatement(text: string): SentStatement {
  const tokens = firstTokens(text, 4)
  const [begin, , , end] = tokens
  const isSet = tokens.map((token) => token.text.toUpperCase()).join(' ') === 'BEGIN STATEMENT SET ;'
  if (!isSet || begin === undefined || end === undefined) return { text, changedFrom: text.length, shift: 0 }
  const sent = `${text.slice(0, begin.start)}${setWords}${text.slice(end.start + 1)}`
  return { text: sent, changedFrom: begin.start, shift: sent.length - text.length }
}

/** The first words of a statement, such as `CREATE TABLE`. */
export function kindOf(text: string): string {
  const [first = '', second = ''] = firstTokens(text, 2).map((token) => token.text.toUpperCase())
  return /^(?:CREATE|DROP|ALTER|USE)$/.test(first) ? `${first} ${second}` : first
}

/** The place of an error in the script, where the gateway has said a line and a column of the statement. */
function placed(error: unknown, script: string, { text, start }: ScriptStatement): unknown {
  if (!(error instanceof MillraceError)) return error
  const sent = asOneStatement(text)
  let offset = 0
  const { line = 1, column = 1 } = error.position ?? {}
  for (let skipped = 1; skipped < line; skipped++) offset = sent.text.indexOf('\n', offset) + 1
  offset += column - 1
  if (offset > sent.changedFrom) offset = Math.max(sent.changedFrom, offset - sent.shift)
  const at = start + Math.min(offset, text.length)
  const before = script.slice(0, at).split('\n')
  const position = { start: at, end: at + 1, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  return error.with({ position, cause: error })
}
