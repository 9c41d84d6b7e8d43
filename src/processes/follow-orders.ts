/**
 * A process of its own for one session, or for one run of a job: it does what its server orders, and ends when the channel to it closes.
 * A process that is asked to end by the system does the same.
 */
import { writeFile } from 'node:fs/promises'
import { assert, failureOf, failuresOf } from '#base'
import { ownIdentity } from '#blobs'
import { type HostedSession, JobRun } from './job-run.ts'
import type { JobSettings } from './job-settings.ts'
import {
  type Answer,
  emptyView,
  type JobShape,
  type Order,
  type Question,
  type Replies,
  type SessionShape,
  textLengthMax,
  type WorkspaceView,
} from './protocol.ts'
import { TextRun } from './text-run.ts'

/** What the process makes of the shape of a session: its rooms wired. */
type CreateSession = (shape: SessionShape) => Promise<HostedSession>

/** For the end of a process that has no job to bring to an end. */
const idleGraceMs = 2000
/** From -1000 to 1000. */
const endedFirst = 500
const completionsMax = 1000

/** Exit statuses, which servers read with the records of runs. */
const statusDone = 0
const statusBroken = 1

/** Follows the orders that come over the channel of this process, until it ends the process. */
export async function followOrders(createSession: CreateSession): Promise<void> {
  const follower = new OrderFollower(createSession)
  const broken = (error: unknown): void => follower.breakOff(error)
  process.on('uncaughtException', broken)
  process.on('unhandledRejection', broken)
  // Who reads them may be gone; the server ends its processes itself, also where a terminal or the system sends a signal to all of them.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
  process.on('SIGTERM', () => follower.leave())
  process.on('disconnect', () => follower.leave())
  process.on('message', (order: Order) => follower.follow(order))
  // Where the machine has no memory left, the system ends one of these and not the server. Elsewhere there is no such thing.
  await writeFile('/proc/self/oom_score_adj', String(endedFirst)).catch(() => undefined)
  await follower.warmUp()
  follower.send({ kind: 'ready', identity: await ownIdentity() })
}

class OrderFollower {
  readonly #createSession: CreateSession
  readonly #runs = new Map<number, TextRun>()
  #session: Promise<HostedSession> | null = null
  #lastRun = 0
  /** Runs that are cancelled while they wait to begin. */
  readonly #cancelledEarly = new Set<number>()
  #job: JobRun | null = null
  #graceMs = idleGraceMs
  #isLeaving = false

  constructor(createSession: CreateSession) {
    this.#createSession = createSession
  }

  /** Loads what statements need, so that the first of them finds it there. */
  async warmUp(): Promise<void> {
    const { session } = await this.#createSession({ settings: {}, fixedSettings: {}, stateBytes: 1 << 26, workersMax: 1, view: emptyView })
    await session.run('SELECT 1', { opened: () => undefined, changes: () => undefined }, new AbortController().signal)
  }

  send(answer: Answer, sent: () => void = () => undefined): void {
    if (process.connected) process.send?.(answer, sent)
    else sent()
  }

  follow(order: Order): void {
    this.#follow(order).catch((error: unknown) => this.breakOff(error))
  }

  async #follow(order: Order): Promise<void> {
    switch (order.kind) {
      case 'begin':
        this.#session = this.#createSession(order.session)
        // What is wrong with it is told to who executes something.
        this.#session.catch(() => undefined)
        return
      case 'recall':
        this.#session = this.#recalled(order.view)
        this.#session.catch(() => undefined)
        return
      case 'execute':
        return this.#execute(order.run, order.text, order.room)
      case 'room':
        return this.#runs.get(order.run)?.giveRoom(order.more)
      case 'cancel':
        if (order.run > this.#lastRun) this.#cancelledEarly.add(order.run)
        return this.#runs.get(order.run)?.cancel()
      case 'ask':
        return this.#reply(order.request, () => this.#answer(order.question))
      case 'run-job':
        return this.#runJob(order.job)
      case 'savepoint':
        return this.#reply(order.request, async () => {
          assert(this.#job !== null, 'a process is asked for savepoints of its job')
          return this.#job.savepoint(order.place, order.stops)
        })
      case 'stop':
        if (order.how === 'checkpoint') return this.#job?.stop()
        await this.#job?.noteEnd('stopped', null)
        process.exit(statusDone)
    }
  }

  /** What comes next finds all of it there. */
  async #recalled(view: WorkspaceView): Promise<HostedSession> {
    const begun = await this.#session
    assert(begun !== null, 'a session begins before it recalls')
    await begun.recall(view)
    return begun
  }

  async #execute(run: number, text: string, room: number): Promise<void> {
    let session: HostedSession['session']
    try {
      const begun = await this.#session
      assert(begun !== null, 'a session begins before it executes')
      session = begun.session
    } catch (error) {
      return this.send({ kind: 'executed', run, outcome: 'failed', failures: failuresOf(error) })
    }
    const textRun = new TextRun(session, {
      text,
      room,
      tell: (event) => this.send({ kind: 'told', run, event }),
      progress: (report) => this.send({ kind: 'progress', run, report }),
      defined: (changes) => this.send({ kind: 'defined', run, changes }),
    })
    this.#runs.set(run, textRun)
    this.#lastRun = Math.max(this.#lastRun, run)
    if (this.#cancelledEarly.delete(run)) textRun.cancel()
    const ended = await textRun.run()
    this.#runs.delete(run)
    this.send({ kind: 'executed', run, ...ended })
  }

  async #reply(request: number, answer: () => Promise<unknown>): Promise<void> {
    try {
      this.send({ kind: 'replied', request, value: await answer() })
    } catch (error) {
      this.send({ kind: 'refused', request, failure: failureOf(error) })
    }
  }

  async #answer(question: Question): Promise<Replies[Question['kind']]> {
    if (question.kind === 'measure') return this.#job?.measure() ?? null
    const begun = await this.#session
    assert(begun !== null, 'a session begins before it is asked')
    const { session } = begun
    switch (question.kind) {
      case 'check':
        return (await session.check(question.text)).flatMap(failuresOf)
      case 'review':
        return reviewOf(begun, question)
      case 'explain':
        return (await session.explain(question.text)).slice(0, textLengthMax)
      case 'fit':
        return sessionOf(begun, question).stateFit(question.text, question.before)
      case 'graphs':
        return sessionOf(begun, question).graphs(question.text)
      case 'uses':
        return session.uses(question.text)
      case 'complete': {
        const { from, found } = await session.completeWithOptions(question.text, question.offset)
        return { from, found: found.slice(0, completionsMax) }
      }
    }
  }

  async #runJob(job: JobShape): Promise<void> {
    this.#graceMs = job.graceMs
    this.#job = new JobRun(job, () => this.#createSession(job.session), {
      told: (event) => this.send({ kind: 'told', run: 0, event }),
      progress: (report) => this.send({ kind: 'progress', run: 0, report }),
    })
    const { state, failure } = await this.#job.run()
    const outcome = state === 'stopped' ? 'cancelled' : state
    const failures = failure === null ? [] : [failure]
    this.send({ kind: 'executed', run: 0, outcome, failures }, () => process.exit(statusDone))
  }

  /** Ends the process: its job after a last checkpoint, if that does not take too long. */
  leave(): void {
    if (this.#isLeaving) return
    this.#isLeaving = true
    if (this.#job === null) process.exit(statusDone)
    setTimeout(() => process.exit(statusBroken), this.#graceMs)
    this.#job.stop()
  }

  /** Something went wrong that belongs to no statement: nothing here can be trusted any more. */
  breakOff(error: unknown): void {
    const failure = failureOf(error)
    // Where even that does not come to its end.
    setTimeout(() => process.exit(statusBroken), idleGraceMs)
    const noted = this.#job?.noteEnd('failed', failure) ?? Promise.resolve()
    const leave = (): void => this.send({ kind: 'broken', failure }, () => process.exit(statusBroken))
    noted.then(leave, leave)
  }
}

function sessionOf(begun: HostedSession, { settings, fixedSettings }: JobSettings): HostedSession['session'] {
  return begun.scratch(settings, fixedSettings)
}

async function reviewOf(begun: HostedSession, question: Extract<Question, { kind: 'review' }>): Promise<Replies['review']> {
  let session: HostedSession['session']
  try {
    session = sessionOf(begun, question)
  } catch (error) {
    // A setting of the job is wrong, and not its script.
    return { failures: failuresOf(error), graphs: [] }
  }
  const { errors, graphs } = await session.review(question.text)
  return { failures: errors.flatMap(failuresOf), graphs }
}
