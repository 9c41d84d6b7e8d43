/** A job manager and a SQL gateway in one, as far as jobs of a server need them: what they take they do, and tests say what comes between. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface SimulatedJob {
  readonly id: string
  name: string
  state: string
  /** Of the session that submitted it. */
  readonly properties: Readonly<Record<string, string>>
  readonly startedAt: number
  endedAt: number
  tasks: Record<string, number>
  checkpoint: object | null
  savepoint: object | null
  /** Why it failed. */
  stack: string
}

interface Told {
  readonly status: number
  readonly body: unknown
}

const ok = (body: unknown, status = 200): Told => ({ status, body })
const refusal = (status: number, reason: string): Told => ({ status, body: { errors: [reason] } })

export class SimulatedFlink {
  readonly jobs = new Map<string, SimulatedJob>()
  readonly asked: string[] = []
  readonly statements: string[] = []
  config: Record<string, string> = { 'execution.checkpointing.dir': 'file:///nowhere/checkpoints' }
  /** Nothing comes through. */
  isCut = false
  /** From what fits on nothing comes through. */
  cutsAt: RegExp | null = null
  /** What fits is done, and its answer is lost. */
  loses: RegExp | null = null
  /** How many more looks at single jobs are answered as the jobs were when they began. */
  staleLooks = 0
  /** Why the gateway refuses a statement; null: it takes it. */
  refuses: (statement: string) => string | null = () => null
  /** What becomes of savepoints when they are asked for next. */
  savepoints: 'done' | 'in-progress' | 'failed' = 'done'
  readonly disposed: string[] = []
  readonly #triggers = new Map<string, 'done' | 'in-progress' | 'failed'>()
  readonly #places = new Map<string, string>()
  readonly #sessions = new Map<string, Record<string, string>>()
  readonly #operations = new Map<string, () => Told>()
  readonly #sockets = new Set<Socket>()
  #count = 0
  readonly #server = createServer((incoming, answer) => void this.#tell(incoming, answer))

  static async start(): Promise<SimulatedFlink> {
    const flink = new SimulatedFlink()
    flink.#server.on('connection', (socket) => {
      flink.#sockets.add(socket)
      socket.on('close', () => flink.#sockets.delete(socket))
    })
    await new Promise<void>((resolve) => flink.#server.listen(0, '127.0.0.1', resolve))
    return flink
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** The only job; fails where there are several. */
  get job(): SimulatedJob {
    const [job, ...others] = this.jobs.values()
    if (job === undefined || others.length > 0) throw new Error(`there are ${this.jobs.size} jobs`)
    return job
  }

  /** As where a job manager without high availability was started anew. */
  forget(): void {
    this.jobs.clear()
    this.#triggers.clear()
    this.#sessions.clear()
  }

  fail(job: SimulatedJob, stack: string): void {
    Object.assign(job, { state: 'FAILED', stack, endedAt: 5000, tasks: { failed: 1 } })
  }

  checkpoint(job: SimulatedJob, number: number): void {
    job.checkpoint = {
      id: number,
      external_path: `file:/nowhere/checkpoints/${job.id}/chk-${number}`,
      state_size: 100,
      checkpoint_type: 'CHECKPOINT',
      discarded: false,
    }
  }

  async #tell(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    if (this.cutsAt?.test(incoming.url ?? '') === true) this.isCut = true
    if (this.isCut) return void incoming.socket.destroy()
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const line = `${incoming.method} ${incoming.url}`
    this.asked.push(text === '' ? line : `${line} ${text}`)
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
    const path = (incoming.url ?? '').split('?')[0] ?? ''
    const told = path.startsWith('/v') ? this.#gateway(incoming.method ?? '', path, body) : this.#manager(incoming.method ?? '', path, body)
    if (this.loses?.test(this.asked.at(-1) ?? '') === true) {
      this.loses = null
      return void incoming.socket.destroy()
    }
    answer.writeHead(told.status)
    answer.end(JSON.stringify(told.body))
  }

  #manager(method: string, path: string, body: Record<string, unknown>): Told {
    if (path === '/jobs/overview') return ok({ jobs: [...this.jobs.values()].map(writtenJob) })
    if (path === '/jobmanager/config') return ok(Object.entries(this.config).map(([key, value]) => ({ key, value })))
    if (path === '/savepoint-disposal') {
      this.disposed.push(String(body['savepoint-path']))
      return ok({ 'request-id': 'd1' }, 202)
    }
    if (path.startsWith('/savepoint-disposal/')) return ok({ status: { id: 'COMPLETED' }, operation: {} })
    const [, , id = '', verb = '', detail = ''] = path.split('/')
    if (verb === 'savepoints' && detail !== '') return this.#savepointStatus(id, detail)
    const job = this.jobs.get(id)
    if (job === undefined) return refusal(404, `org.apache.flink.runtime.rest.NotFoundException: Job ${id} not found`)
    if (method === 'PATCH') return this.#cancel(job)
    if (method === 'POST') return this.#savepoint(job, verb, String(body['triggerId']))
    if (method === 'GET' && this.staleLooks > 0) {
      this.staleLooks -= 1
      return ok({ ...writtenJob({ ...job, state: 'RUNNING', endedAt: -1 }), vertices: [], latest: {} })
    }
    if (verb === 'checkpoints') return ok({ counts: {}, latest: { completed: job.checkpoint, savepoint: job.savepoint }, history: [] })
    if (verb === 'exceptions') {
      const entries = job.stack === '' ? [] : [{ exceptionName: 'e', stacktrace: job.stack, timestamp: 1 }]
      return ok({ exceptionHistory: { entries, truncated: false } })
    }
    return verb === '' ? ok({ ...writtenJob(job), vertices: [], plan: { nodes: [] } }) : refusal(404, `there is no ${path}`)
  }

  #cancel(job: SimulatedJob): Told {
    if (isOver(job)) return refusal(409, 'Job cancellation failed because the job has already reached another terminal state')
    Object.assign(job, { state: 'CANCELED', endedAt: 4000, tasks: { canceled: 1 } })
    return ok({}, 202)
  }

  #savepoint(job: SimulatedJob, verb: string, trigger: string): Told {
    const key = `${job.id}/${trigger}`
    if (!this.#triggers.has(key)) {
      this.#triggers.set(key, isOver(job) ? 'failed' : this.savepoints)
      this.#places.set(key, `file:/nowhere/savepoints/savepoint-${this.#places.size + 1}`)
      if (this.#triggers.get(key) === 'done') this.#saved(job, verb === 'stop', this.#places.get(key) ?? '')
    }
    return ok({ 'request-id': trigger }, 202)
  }

  #saved(job: SimulatedJob, isStop: boolean, place: string): void {
    const type = isStop ? 'SYNC_SAVEPOINT' : 'SAVEPOINT'
    job.savepoint = { id: 50 + this.#places.size, external_path: place, state_size: 70, checkpoint_type: type, is_savepoint: true }
    if (isStop) Object.assign(job, { state: 'FINISHED', endedAt: 3000, tasks: { finished: 1 } })
  }

  #savepointStatus(id: string, trigger: string): Told {
    const key = `${id}/${trigger}`
    const known = this.#triggers.get(key)
    if (known === undefined) return refusal(404, 'org.apache.flink.runtime.rest.NotFoundException: Operation not found under key')
    if (known === 'in-progress') return ok({ status: { id: 'IN_PROGRESS' }, operation: null })
    const failure = { 'failure-cause': { class: 'e', 'stack-trace': 'org.apache.flink.CheckpointException: Some tasks are not running.' } }
    return ok({ status: { id: 'COMPLETED' }, operation: known === 'failed' ? failure : { location: this.#places.get(key) } })
  }

  #gateway(method: string, path: string, body: Record<string, unknown>): Told {
    if (path === '/v1/api_versions') return ok({ versions: ['V1', 'V2', 'V3', 'V4'] })
    const [, , , handle = '', kind = '', operation = '', verb = ''] = path.split('/')
    if (handle === '') {
      const made = `s${++this.#count}`
      this.#sessions.set(made, { ...(body['properties'] as Record<string, string>) })
      return ok({ sessionHandle: made })
    }
    const session = this.#sessions.get(handle)
    if (session === undefined) return refusal(500, `java.lang.IllegalStateException: Session '${handle}' does not exist.`)
    if (kind === '') return ok(method === 'DELETE' ? { status: 'CLOSED' } : { properties: session })
    if (kind === 'statements') {
      const made = `o${++this.#count}`
      const told = this.#run(session, String(body['statement']))
      this.#operations.set(made, () => told)
      return ok({ operationHandle: made })
    }
    if (verb === 'result') return this.#operations.get(operation)?.() ?? refusal(404, 'there is no such operation')
    return ok({ status: verb === 'status' ? 'ERROR' : 'CLOSED' })
  }

  #run(properties: Record<string, string>, statement: string): Told {
    this.statements.push(statement)
    const reason = this.refuses(statement)
    if (reason !== null)
      return refusal(500, `Internal server error.\n<Exception on server side:\norg.apache.flink.E: Failed\nCaused by: ${reason}`)
    const none = { columns: [], data: [] }
    if (!statement.startsWith('INSERT')) return ok({ resultType: 'EOS', resultKind: 'SUCCESS', isQueryResult: false, results: none })
    const id = properties['$internal.pipeline.job-id'] ?? ''
    if (this.jobs.has(id))
      return refusal(500, `x\nCaused by: org.apache.flink.DuplicateJobSubmissionException: Job has already been submitted.`)
    this.jobs.set(id, {
      id,
      name: properties['pipeline.name'] ?? '',
      state: 'RUNNING',
      properties: { ...properties },
      startedAt: 1000,
      endedAt: -1,
      tasks: { running: 1 },
      checkpoint: null,
      savepoint: null,
      stack: '',
    })
    return ok({ resultType: 'EOS', resultKind: 'SUCCESS_WITH_CONTENT', isQueryResult: false, jobID: id, results: none })
  }
}

function isOver({ state }: SimulatedJob): boolean {
  return ['FINISHED', 'CANCELED', 'FAILED'].includes(state)
}

function writtenJob({ id, name, state, startedAt, endedAt, tasks }: SimulatedJob): object {
  const total = Object.values(tasks).reduce((sum, count) => sum + count, 0)
  return { jid: id, name, state, 'start-time': startedAt, 'end-time': endedAt, duration: 100, tasks: { ...tasks, total } }
}
