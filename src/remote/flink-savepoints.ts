/** Savepoints of runs on a cluster. An order is known by an id of ours, so that the same one is found again whoever asks. */

import { failureOf, MillraceError } from '#base'
import type { FlinkJob, FlinkOrders } from '#engines'
import { hasEnded, triggerOf } from '#engines'
import type { SavepointOrder, SavepointSight } from '#jobs'
import type { ClusterLink } from './cluster-link.ts'
import { remoteErrors } from './errors.ts'
import type { RunBook } from './run-book.ts'
import { type FlinkRun, type KeptSavepoint, withSavepoint } from './run-record.ts'
import { untilTold } from './until-told.ts'

export class FlinkSavepoints {
  readonly #link: ClusterLink
  readonly #book: RunBook

  constructor(link: ClusterLink, book: RunBook) {
    this.#link = link
    this.#book = book
  }

  async take(jobId: string, attempt: number, order: SavepointOrder): Promise<SavepointSight> {
    const { runs, savepoints } = this.#book.of(this.#link.name, jobId)
    const known = savepoints.find(({ id }) => id === order.savepointId)
    if (known !== undefined && known.sight !== null) return known.sight
    const run = runs.find((each) => each.attempt === attempt)
    const sight = run === undefined ? absent(attempt) : await this.#ask(jobId, run, order, known)
    if (sight.state !== 'in-progress') await this.#note(jobId, { id: order.savepointId, attempt, sight })
    return sight
  }

  async #ask(jobId: string, run: FlinkRun, order: SavepointOrder, known: KeptSavepoint | undefined): Promise<SavepointSight> {
    const orders = await this.#link.orders()
    const trigger = triggerOf('savepoint', run.id, order.savepointId)
    const sight = await orders.savepointSight(run.id, trigger)
    switch (sight.kind) {
      case 'in-progress':
        return { state: 'in-progress' }
      case 'completed':
        return { state: 'completed', place: sight.place, bytes: await bytesOf(orders, run.id, sight.place) }
      case 'failed':
        return failed(sight.reason)
      case 'unknown': {
        const job = (await this.#link.freshOverview()).jobs.get(run.id)
        const isOver = run.end !== null || job === undefined || hasEnded(job)
        return isOver ? ofEnded(run, order, known, { orders, job }) : this.#order(jobId, run, order, orders)
      }
    }
  }

  async #order(jobId: string, { id, attempt }: FlinkRun, order: SavepointOrder, orders: FlinkOrders): Promise<SavepointSight> {
    const folder = await this.#link.savepointFolder()
    await this.#note(jobId, { id: order.savepointId, attempt, sight: null })
    const trigger = triggerOf('savepoint', id, order.savepointId)
    try {
      await orders.savepoint(id, { trigger, folder, stops: order.stops, format: 'CANONICAL' })
    } catch (error) {
      if (error instanceof MillraceError && error.code === 'ENGINE_FLINK_REFUSED') return failed(error.message)
      throw error
    }
    this.#link.expire()
    return { state: 'in-progress' }
  }

  async #note(jobId: string, savepoint: KeptSavepoint): Promise<void> {
    await this.#book.change(this.#link.name, jobId, (runs) => withSavepoint(runs, savepoint))
  }
}

/** Where the cluster has forgotten who asked, a run that it was asked to end with one has it still. */
async function ofEnded(
  run: FlinkRun,
  { stops }: SavepointOrder,
  known: KeptSavepoint | undefined,
  { orders, job }: { readonly orders: FlinkOrders; readonly job: FlinkJob | undefined },
): Promise<SavepointSight> {
  if (!stops || known === undefined || job === undefined) return absent(run.attempt)
  const state = await orders.newestState(run.id)
  if (state?.isOfStop !== true) return absent(run.attempt)
  return { state: 'completed', place: state.place, bytes: state.bytes }
}

async function bytesOf(orders: FlinkOrders, job: string, place: string): Promise<number | null> {
  let bytes: number | null = null
  await untilTold(async () => {
    bytes = await orders.savepointBytes(job, place)
    return bytes !== null
  })
  return bytes
}

function absent(attempt: number): SavepointSight {
  return { state: 'failed', failure: failureOf(remoteErrors.REMOTE_RUN_ABSENT({ attempt })) }
}

function failed(reason: string): SavepointSight {
  return { state: 'failed', failure: failureOf(remoteErrors.REMOTE_SAVEPOINT_FAILED({ reason })) }
}
