/**
 * A session of a person in a process of its own. Statements take their turns; a query lets the next text begin as soon as it runs, so that
 * one that never ends holds nobody up. Whatever happens to the process happens to this session alone, and is told.
 */
import { errorOf, type Failure, failureOf } from '#base'
import type { DefinitionChange } from '#catalog'
import type { Completions, PlannedGraph, ScriptFit, ScriptUses } from '#query'
import type { EndPatience, EngineProcess, ProcessEnd } from './engine-process.ts'
import { processErrors } from './errors.ts'
import type { JobSettings } from './job-settings.ts'
import type { Answer, KeptScript, Question, Replies, Review, SessionShape, WorkspaceView } from './protocol.ts'
import { Requests } from './requests.ts'
import { SessionStatement } from './session-statement.ts'

export interface SessionLimits {
  /** Sessions of a server. */
  readonly sessionsMax: number
  /** Those of one person, so that there are some for others. */
  readonly ofPersonMax: number
  /** How long nobody may use a session before it is closed. */
  readonly idleMs: number
  /** Texts of a session that run or wait. */
  readonly statementsMax: number
  /** Events of a text that may come before somebody has read those before. */
  readonly eventsAhead: number
  /** How long a statement may take to end that is cancelled, before its session is ended by force. */
  readonly cancelMs: number
  /** How long a question may take. */
  readonly answerMs: number
}

/** What is kept of a text in this process. */
interface KnownText {
  readonly statement: SessionStatement
  readonly run: number
  /** Ends the session where cancelling does not help. */
  patience: NodeJS.Timeout | undefined
}

/** The newest progress needs no room. */
const uncountedEvents = 1

const endPatience: EndPatience = { askedMs: 2000, terminatedMs: 2000 }

export class EngineSession {
  readonly id: string
  readonly #process: EngineProcess
  readonly #limits: SessionLimits
  readonly #nowMs: () => number
  readonly #requests = new Requests()
  readonly #texts = new Map<number, KnownText>()
  readonly #ended: Promise<Failure | null>
  #lastRun = 0
  #defined: (changes: readonly DefinitionChange[]) => void = () => undefined
  /** The text that the next one has to wait for. */
  #turn: number | null = null
  #readers = 0
  #usedMs: number
  #isClosing = false
  #closed: Failure | null = null

  private constructor(id: string, process: EngineProcess, limits: SessionLimits, nowMs: () => number) {
    this.id = id
    this.#process = process
    this.#limits = limits
    this.#nowMs = nowMs
    this.#usedMs = nowMs()
    process.listenWith({ answered: (answer) => this.#answered(answer), printed: () => undefined })
    this.#ended = process.ended.then((end) => this.#settle(end))
  }

  /** Fails where a setting is wrong, or the process ends. */
  static async open(
    id: string,
    process: EngineProcess,
    shape: SessionShape,
    limits: SessionLimits,
    nowMs: () => number,
  ): Promise<EngineSession> {
    const session = new EngineSession(id, process, limits, nowMs)
    process.send({ kind: 'begin', session: shape })
    try {
      await session.check('')
    } catch (error) {
      await session.close()
      throw error
    }
    return session
  }

  /** Resolves when its process is gone, with the reason where nobody wanted that; never fails. */
  get ended(): Promise<Failure | null> {
    return this.#ended
  }

  /** The text that the next one would have to wait for, or one that still runs. */
  get running(): SessionStatement | null {
    const known = [...this.#texts.values()].filter(({ statement }) => statement.state === 'running')
    return known.at(-1)?.statement ?? null
  }

  /** Whether it takes questions and texts. */
  get isOpen(): boolean {
    return this.#closed === null
  }

  /** How long nobody has used it; null while somebody does. */
  get idleMs(): number | null {
    return this.#readers > 0 || this.#requests.isWaiting || this.#isClosing ? null : this.#nowMs() - this.#usedMs
  }

  /** Runs the statements of a text, one after another, when its turn has come. */
  execute(text: string): SessionStatement {
    this.#checkOpen()
    const open = [...this.#texts.values()].filter(({ statement }) => statement.state !== 'ended')
    const { statementsMax } = this.#limits
    if (open.length >= statementsMax) throw processErrors.PROCESSES_STATEMENTS_FULL({ limit: statementsMax })
    this.#forgetOld()
    for (const { statement: each } of this.#texts.values()) if (each.state === 'ended') each.forgetTold()
    const run = ++this.#lastRun
    const statement = new SessionStatement(String(run), text, {
      giveRoom: (more) => this.#process.send({ kind: 'room', run, more }),
      cancel: () => this.#cancel(run),
      noteReader: (change) => {
        this.#readers += change
        this.#usedMs = this.#nowMs()
      },
    })
    this.#texts.set(run, { statement, run, patience: undefined })
    this.#usedMs = this.#nowMs()
    this.#beginNext()
    return statement
  }

  /** A text that was executed here and is not long gone. */
  statement(id: string): SessionStatement {
    const known = this.#texts.get(Number(id))
    if (known === undefined) throw processErrors.PROCESSES_STATEMENT_NOT_FOUND({ statement: id })
    return known.statement
  }

  /** Told what statements made, changed and dropped for good. */
  onDefined(listener: (changes: readonly DefinitionChange[]) => void): void {
    this.#defined = listener
  }

  /** Lets it see what its workspace holds now. */
  recall(view: WorkspaceView): void {
    this.#checkOpen()
    this.#process.send({ kind: 'recall', view })
  }

  /** The operators of the queries of a job, as they will run. */
  graphs(text: string, settings: JobSettings): Promise<readonly PlannedGraph[]> {
    return this.#ask({ kind: 'graphs', text, ...settings })
  }

  /** What a text reads and writes. */
  uses(text: string): Promise<ScriptUses> {
    return this.#ask({ kind: 'uses', text })
  }

  /** What a run of a script would find of the state that is kept at its place; null where none is. */
  fit(kept: KeptScript): Promise<ScriptFit | null> {
    return this.#ask({ kind: 'fit', ...kept })
  }

  /** Everything that is wrong with a text of its own, which sees nothing of what the session has set up. */
  check(text: string): Promise<readonly Failure[]> {
    return this.#ask({ kind: 'check', text })
  }

  /** The same of the script of a job, and the operators of its queries where nothing is wrong with it. */
  review(text: string, settings: JobSettings): Promise<Review> {
    return this.#ask({ kind: 'review', text, ...settings })
  }

  /** The plans of the queries of a text of its own. */
  explain(text: string): Promise<string> {
    return this.#ask({ kind: 'explain', text })
  }

  /** What may stand at a place of a text. */
  complete(text: string, offset: number): Promise<Completions> {
    return this.#ask({ kind: 'complete', text, offset })
  }

  async #ask<Kind extends Exclude<Question['kind'], 'measure'>>(question: Extract<Question, { kind: Kind }>): Promise<Replies[Kind]> {
    this.#checkOpen()
    this.#usedMs = this.#nowMs()
    const { answerMs } = this.#limits
    const asked = this.#requests.ask<Replies[Kind]>((request) => this.#process.send({ kind: 'ask', request, question }))
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(processErrors.PROCESSES_SESSION_BUSY({ seconds: answerMs / 1000 })), answerMs)
    asked.catch(() => undefined)
    try {
      return await Promise.race([asked, late.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Ends the session and what runs in it; `reason` is told to who asks for it later. */
  async close(reason: Failure = failureOf(processErrors.PROCESSES_SESSION_CLOSED())): Promise<void> {
    this.#closed ??= reason
    this.#isClosing = true
    await this.#process.end(null, endPatience)
  }

  #checkOpen(): void {
    if (this.#closed !== null) throw errorOf(this.#closed)
  }

  #beginNext(): void {
    if (this.#turn !== null) return
    const next = [...this.#texts.values()].find(({ statement }) => statement.state === 'waiting')
    if (next === undefined) return
    this.#turn = next.run
    next.statement.begin()
    this.#process.send({ kind: 'execute', run: next.run, text: next.statement.text, room: this.#limits.eventsAhead })
  }

  #passTurn(run: number): void {
    if (this.#turn !== run) return
    this.#turn = null
    this.#beginNext()
  }

  #cancel(run: number): void {
    const known = this.#texts.get(run)
    if (known === undefined) return
    if (known.statement.state === 'waiting') {
      known.statement.end('cancelled', [])
      return
    }
    this.#process.send({ kind: 'cancel', run })
    known.patience ??= setTimeout(() => void this.#process.kill(), this.#limits.cancelMs)
  }

  #answered(answer: Answer): void {
    const known = 'run' in answer ? this.#texts.get(answer.run) : undefined
    switch (answer.kind) {
      case 'told':
        known?.statement.add(answer.event)
        if ((known?.statement.unread ?? 0) > this.#limits.eventsAhead + uncountedEvents) void this.#process.kill('protocol')
        if (answer.event.kind === 'submitted') this.#passTurn(answer.run)
        break
      case 'defined':
        this.#defined(answer.changes)
        break
      case 'progress':
        known?.statement.progress(answer.report)
        break
      case 'executed':
        clearTimeout(known?.patience)
        known?.statement.end(answer.outcome, answer.failures)
        this.#passTurn(answer.run)
        break
      case 'replied':
      case 'refused':
        this.#requests.answered(answer)
        break
      default:
    }
  }

  /** Of texts that have ended only so many are kept. */
  #forgetOld(): void {
    for (const [run, { statement }] of this.#texts) {
      if (this.#texts.size < endedKept) return
      if (statement.state === 'ended') this.#texts.delete(run)
    }
  }

  /** The process is gone: tells all who wait for something. */
  #settle({ reason }: ProcessEnd): Failure | null {
    const unasked = this.#isClosing ? null : (reason ?? failureOf(processErrors.PROCESSES_PROCESS_ENDED({ status: 0 })))
    this.#closed = unasked ?? this.#closed ?? failureOf(processErrors.PROCESSES_SESSION_CLOSED())
    for (const { statement, patience } of this.#texts.values()) {
      clearTimeout(patience)
      if (unasked === null) statement.end('cancelled', [])
      else statement.end('failed', [unasked])
    }
    this.#requests.fail(this.#closed)
    return unasked
  }
}

const endedKept = 100
