/**
 * Orders to jobs of a Flink cluster that do not wait for what comes of them, and what came of them. Savepoints and stops have trigger ids of
 * ours: an order that is sent again finds itself.
 */
import { createHash } from 'node:crypto'
import { MillraceError } from '#base'
import { FlinkServer, type GatewayAddress, isNotThere } from './client.ts'
import { hasEnded, type Written, writtenList } from './read-job.ts'
import { causesIn, usefulReason } from './reason.ts'

export interface SavepointTrigger {
  /** 32 hexadecimal digits. */
  readonly trigger: string
  /** Where it is to lie; empty: where the cluster keeps savepoints. */
  readonly folder: string
  /** Whether the job ends with it. */
  readonly stops: boolean
  /** Flink's own form is written as fast as a checkpoint; the canonical one fits more versions and state backends. */
  readonly format: 'NATIVE' | 'CANONICAL'
}

export type TriggerSight =
  /** The cluster does not know it: it was not asked, or has forgotten. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'in-progress' }
  | { readonly kind: 'completed'; readonly place: string }
  | { readonly kind: 'failed'; readonly reason: string }

/** State that a job can start from. */
export interface StatePlace {
  readonly place: string
  readonly bytes: number | null
  /** Whether the job was stopped with it. */
  readonly isOfStop: boolean
}

export interface StateFolders {
  readonly checkpoints: string
  readonly savepoints: string
}

/** Why a job failed. */
export interface JobFailure {
  readonly reason: string
  /** The outermost first. */
  readonly causes: readonly string[]
}

/** Of the savepoint that a job was stopped with. */
const stopType = 'SYNC_SAVEPOINT'
const answerMsMax = 10_000
const causesMax = 10

/** A trigger of ours: the same for the same words. */
export function triggerOf(...words: readonly string[]): string {
  return createHash('md5').update(words.join(':')).digest('hex')
}

export class FlinkOrders {
  readonly #server: FlinkServer

  constructor(address: GatewayAddress) {
    this.#server = new FlinkServer(address, { server: 'job manager', answerMsMax })
  }

  /** Asks for a savepoint. */
  async savepoint(job: string, { trigger, folder, stops, format }: SavepointTrigger): Promise<void> {
    const common = { formatType: format, triggerId: trigger }
    if (stops) {
      const target = folder === '' ? {} : { targetDirectory: folder }
      await this.#server.call('POST', `/jobs/${job}/stop`, { ...target, ...common, drain: false })
    } else {
      const target = folder === '' ? {} : { 'target-directory': folder }
      await this.#server.call('POST', `/jobs/${job}/savepoints`, { ...target, ...common, 'cancel-job': false })
    }
  }

  /** What became of a savepoint. */
  async savepointSight(job: string, trigger: string): Promise<TriggerSight> {
    const answer = await this.#ifThere(`/jobs/${job}/savepoints/${trigger}`)
    return answer === null ? { kind: 'unknown' } : this.#sightIn(answer)
  }

  /** Ends a job; its retained checkpoints stay. One that has ended stays as it is. */
  async cancel(job: string): Promise<void> {
    const { status } = await this.#server.exchange('PATCH', `/jobs/${job}?mode=cancel`)
    // It has ended meanwhile, or the cluster has forgotten it.
    if ((status >= 200 && status < 300) || status === 404 || status === 409) return
    throw this.#server.strangeAnswer(`It answered with status ${status}.`)
  }

  /** The newest state that a job can go on from, which is a checkpoint, or the savepoint it was stopped with; undefined: the cluster does not know. */
  async newestState(job: string): Promise<StatePlace | null | undefined> {
    const checkpoints = await this.#ifThere(`/jobs/${job}/checkpoints`)
    if (checkpoints === null) return undefined
    const { completed, savepoint } = fieldsOf(checkpoints['latest'])
    const found = writtenList([completed, savepoint])
      .filter((each) => each['discarded'] !== true && isPlace(each['external_path']))
      .filter((each) => each === completed || each['checkpoint_type'] === stopType)
      .toSorted((a, b) => Number(b['id']) - Number(a['id']))[0]
    if (found === undefined) return null
    return { place: String(found['external_path']), bytes: bytesOf(found), isOfStop: found['checkpoint_type'] === stopType }
  }

  /**
   * Whether what a cluster tells of a job is of the time after its end. A job manager answers out of a memory that is some seconds old; all
   * that it tells of one job is of the same moment, or later.
   */
  async isToldEnded(job: string): Promise<boolean> {
    const told = await this.#ifThere(`/jobs/${job}`)
    return told === null || hasEnded({ state: String(told['state']) })
  }

  /** Bytes of state in a savepoint of a job; null where the cluster does not say. */
  async savepointBytes(job: string, place: string): Promise<number | null> {
    const { latest, history } = (await this.#ifThere(`/jobs/${job}/checkpoints`)) ?? {}
    const found = writtenList([fieldsOf(latest)['savepoint'], ...writtenList(history)]).find((each) => each['external_path'] === place)
    return found === undefined ? null : bytesOf(found)
  }

  /** Why a job failed last; null where the cluster does not say. */
  async failure(job: string): Promise<JobFailure | null> {
    const exceptions = (await this.#ifThere(`/jobs/${job}/exceptions?maxExceptions=1`)) ?? {}
    const [newest] = writtenList(fieldsOf(exceptions['exceptionHistory'])['entries'])
    const stack = newest?.['stacktrace'] ?? exceptions['root-exception']
    if (typeof stack !== 'string' || stack === '') return null
    return { reason: usefulReason(stack).reason, causes: causesIn(stack).slice(0, causesMax) }
  }

  /** Where the cluster keeps what jobs leave: empty where it has no such place, undefined where nobody may read its configuration. */
  async folders(): Promise<StateFolders | undefined> {
    const rows = await this.#server.list('/jobmanager/config').catch((error: unknown) => {
      if (isNotThere(error)) return []
      throw error
    })
    if (rows.length === 0) return undefined
    const config = new Map(writtenList(rows).map(({ key, value }) => [String(key), String(value)]))
    const first = (...keys: readonly string[]): string => keys.map((key) => config.get(key) ?? '').find((value) => value !== '') ?? ''
    return {
      checkpoints: first('execution.checkpointing.dir', 'state.checkpoints.dir'),
      savepoints: first('execution.checkpointing.savepoint-dir', 'state.savepoints.dir'),
    }
  }

  /** Begins to remove a savepoint or a retained checkpoint; the id by which that is asked for. */
  async dispose(place: string): Promise<string> {
    const { 'request-id': id } = await this.#server.call('POST', '/savepoint-disposal', { 'savepoint-path': place })
    // It comes back in paths.
    if (typeof id === 'string' && /^[\w-]{1,100}$/.test(id)) return id
    throw this.#server.strangeAnswer()
  }

  /** What became of a removal; where it is done, its place is empty. */
  async disposalSight(id: string): Promise<TriggerSight> {
    const answer = await this.#ifThere(`/savepoint-disposal/${id}`)
    return answer === null ? { kind: 'unknown' } : this.#sightIn(answer)
  }

  #sightIn({ status, operation }: Written): TriggerSight {
    if (fieldsOf(status)['id'] !== 'COMPLETED') return { kind: 'in-progress' }
    const { location, 'failure-cause': cause } = fieldsOf(operation)
    if (cause === undefined || cause === null) return { kind: 'completed', place: typeof location === 'string' ? location : '' }
    const stack = fieldsOf(cause)['stack-trace']
    return { kind: 'failed', reason: usefulReason(typeof stack === 'string' ? stack : '').reason }
  }

  /** Null where there is no such thing. */
  async #ifThere(path: string): Promise<Written | null> {
    try {
      return await this.#server.call('GET', path)
    } catch (error) {
      if (error instanceof MillraceError && isNotThere(error)) return null
      throw error
    }
  }
}

function fieldsOf(value: unknown): Written {
  return typeof value === 'object' && value !== null ? (value as Written) : {}
}

/** Where the storage has no address for them, Flink writes so in brackets. */
function isPlace(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !value.startsWith('<')
}

function bytesOf(checkpoint: Written): number | null {
  const bytes = Number(checkpoint['state_size'])
  return Number.isFinite(bytes) ? bytes : null
}
