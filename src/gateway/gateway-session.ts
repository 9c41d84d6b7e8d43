/** A session of a client: what its statements set up, and its operations. Statements take their turns until each is ready. */
import { MillraceError } from '#base'
import { type Completion, isSettingKey, type QuerySession, type StatementInfo } from '#query'
import { firstTokens } from '#sql'
import { gatewayErrors } from './errors.ts'
import { type Jobs, jobColumns } from './jobs.ts'
import { Operation, type PreparedStatement } from './operation.ts'
import { ResultPages } from './result-pages.ts'

/** So many operations are kept; beyond, those that have ended are forgotten, the oldest first. */
const operationsMax = 1000

const checkpointsKey = 'execution.checkpointing.dir'

/** Keys of a client's configuration that name places on its machine and not on this one: they are kept and shown, but mean nothing here. */
const foreignKeys: readonly string[] = [checkpointsKey, 'execution.state-recovery.path', 'io.tmp.dirs', 'taskmanager.memory.managed.size']

/** Kinds of statements that a session may be configured by: they set up something and run nothing. */
const configuring = /^(?:SET|RESET|USE|CREATE|DROP|ALTER)\b/

export interface StatementRequest {
  readonly text: string
  readonly timeoutMs: number
  /** Settings for this statement alone. */
  readonly settings: Readonly<Record<string, string>>
}

export class GatewaySession {
  readonly handle: string
  readonly #session: QuerySession
  readonly #properties: Readonly<Record<string, string>>
  readonly #createId: () => string
  readonly #jobs: Jobs
  readonly #operations = new Map<string, Operation>()
  /** Settles when the statements before are ready. */
  #turn: Promise<void> = Promise.resolve()
  /** The INSERT statements of a statement set that was begun; null: none was. */
  #set: string[] | null = null
  usedAtMs = 0

  constructor(handle: string, session: QuerySession, properties: Readonly<Record<string, string>>, createId: () => string, jobs: Jobs) {
    this.handle = handle
    this.#session = session
    this.#properties = properties
    this.#createId = createId
    this.#jobs = jobs
  }

  /** What is set, and what the client gave that means nothing here. */
  properties(): Readonly<Record<string, string>> {
    const foreign = Object.entries(this.#properties).filter(([key]) => !meansSomething(key))
    return Object.fromEntries([...foreign, ...this.#session.settings.entries()])
  }

  execute({ text, timeoutMs, settings }: StatementRequest): Operation {
    const jobId = this.#createId().replaceAll('-', '')
    const prepare = (): Promise<PreparedStatement | ResultPages> => this.#prepare(text, settingsOf(settings), jobId)
    const operation = new Operation(this.#createId(), { prepare, timeoutMs, jobId }, this.#jobs)
    this.#forgetOld()
    this.#operations.set(operation.handle, operation)
    this.#turn = this.#turn.then(() => operation.run(this.#session))
    return operation
  }

  /** What there is to run for a statement; the answer of one that speaks of jobs, or belongs to a statement set that is not at its end. */
  async #prepare(text: string, settings: Readonly<Record<string, string>>, jobId: string): Promise<PreparedStatement | ResultPages> {
    const bare = bareText(text)
    if (this.#set !== null && /^END$/i.test(bare)) {
      const inserts = this.#set
      this.#set = null
      const set = `EXECUTE STATEMENT SET BEGIN\n${inserts.map((insert) => `${insert};\n`).join('')}END;`
      return { text: set, settings: this.#jobSettings(settings, jobId) }
    }
    if (this.#set === null && /^(?:BEGIN|EXECUTE) STATEMENT SET(?: BEGIN)?$/i.test(bare)) {
      this.#set = []
      return ResultPages.ok()
    }
    if (/^SHOW JOBS$/i.test(bare)) {
      return ResultPages.table(jobColumns, this.#jobs.rows())
    }
    const [, job] = /^STOP JOB '([^']*)'$/i.exec(bare) ?? []
    if (job !== undefined) {
      await this.#jobs.stop(job)
      return ResultPages.ok()
    }
    const statement = this.#single(text)
    if (this.#set !== null) return this.#addToSet(statement, text, this.#set)
    return { text, settings: /^(?:SET|RESET)$/.test(statement.kind) ? settings : this.#jobSettings(settings, jobId) }
  }

  /** A durable job has a place of its own below that for checkpoints, which all jobs of all sessions may share. */
  #jobSettings(settings: Readonly<Record<string, string>>, jobId: string): Record<string, string> {
    const place = this.#session.settings.get(checkpointsKey)
    return place === '' ? settings : { ...settings, [checkpointsKey]: `${place.replace(/\/+$/, '')}/${jobId}` }
  }

  /** What is wrong with a statement of a set is told when it comes. */
  async #addToSet({ kind, text }: StatementInfo, sent: string, set: string[]): Promise<ResultPages> {
    if (kind !== 'INSERT') throw gatewayErrors.GATEWAY_STATEMENT_SET_OPEN({ kind })
    try {
      await this.#session.run(`EXPLAIN\n${sent}`, {}, new AbortController().signal)
    } catch (error) {
      throw upALine(error)
    }
    set.push(text)
    return ResultPages.ok()
  }

  #single(text: string): StatementInfo {
    const statements = this.#session.statementsIn(text)
    const [statement] = statements
    if (statement === undefined || statements.length > 1) throw gatewayErrors.GATEWAY_STATEMENT_COUNT({ count: statements.length })
    return statement
  }

  /** Runs a statement that sets up something, to its end. */
  async configure(request: StatementRequest): Promise<void> {
    const { kind } = this.#single(request.text)
    if (!configuring.test(kind)) throw gatewayErrors.GATEWAY_STATEMENT_KIND({ kind })
    const operation = this.execute(request)
    await operation.ready()
    // It is there at once, or failed.
    await operation.pages(0)
    this.#operations.delete(operation.handle)
  }

  operation(handle: string): Operation {
    const operation = this.#operations.get(handle)
    if (operation === undefined) throw gatewayErrors.GATEWAY_OPERATION_NOT_FOUND({ operation: handle })
    return operation
  }

  /** Closes an operation and forgets it. */
  close(handle: string): void {
    this.operation(handle).close()
    this.#operations.delete(handle)
  }

  async complete(text: string, offset: number): Promise<readonly Completion[]> {
    return (await this.#session.completeWithOptions(text, offset)).found
  }

  #forgetOld(): void {
    if (this.#operations.size < operationsMax) return
    for (const [handle, operation] of this.#operations) {
      if (!operation.hasEnded) continue
      this.close(handle)
      return
    }
  }

  end(): void {
    for (const handle of this.#operations.keys()) this.close(handle)
  }
}

/** The settings that mean something here, of those that a client gave. */
export function settingsOf(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => meansSomething(key)))
}

function meansSomething(key: string): boolean {
  return isSettingKey(key) && !foreignKeys.includes(key)
}

/** A text of few words, one blank between them and no comments; of a longer one only so much that it is none of those. */
function bareText(text: string): string {
  const words = firstTokens(text, bareTokensMax + 1).map((token) => token.text)
  if (words.at(-1) === ';') words.pop()
  return words.join(' ')
}

/** `EXECUTE STATEMENT SET BEGIN;` has the most. */
const bareTokensMax = 5

/** An error of a text that stood a line further down than its own. */
function upALine(error: unknown): unknown {
  if (error instanceof AggregateError) return new AggregateError(error.errors.map(upALine), error.message)
  if (!(error instanceof MillraceError) || error.position === undefined) return error
  return error.with({ position: { ...error.position, line: error.position.line - 1 }, cause: error })
}
