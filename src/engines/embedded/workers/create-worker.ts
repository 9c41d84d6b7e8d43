/** Makes a worker where only what was sent of its run is known, such as in another thread. */
import type { Clock } from '#base'
import type { BlobStore } from '#blobs'
import { type Carrier, Exchanges, type WorkerPlace } from '#dataflow'
import { planFromJson } from '#plan'
import type { Session } from '../functions/evaluation.ts'
import { lowerPlan } from '../lower/lower-plan.ts'
import { loadTables, TableAccess } from '../lower/table-access.ts'
import type { ThreadShape } from '../program.ts'
import type { Answer } from './messages.ts'
import { Worker } from './worker.ts'

export interface SentWorker {
  readonly run: ThreadShape
  readonly place: WorkerPlace
  readonly carrier: Carrier
  /** Null where there is nothing to go on from. */
  readonly blobs: BlobStore | null
  readonly clock: Clock
  readonly userFunction: Session['userFunction']
  readonly secret: Session['secret']
  readonly answer: (answer: Answer) => void
}

/** The worker, and where what others send to it arrives. */
export interface CreatedWorker {
  readonly worker: Worker
  readonly exchanges: Exchanges | null
}

export async function createWorker({
  run,
  place,
  carrier,
  blobs,
  clock,
  userFunction,
  secret,
  answer,
}: SentWorker): Promise<CreatedWorker> {
  const { shape, timeZone, startedAtMs } = run
  const plan = planFromJson(run.plan)
  const definitions = new Map(run.tables.map((table) => [table.path.join('\u0000'), table]))
  const tables = { table: (path: readonly string[]) => definitions.get(path.join('\u0000')) }
  await loadTables(plan, tables)
  const session: Session = { timeZone, clock, startedAtMs, userFunction, secret }
  const exchanges = place.count === 1 ? null : new Exchanges(place, carrier)
  const instantiate = (collect: Parameters<typeof lowerPlan>[4]) =>
    lowerPlan(plan, session, new TableAccess(tables, session), shape, collect, exchanges)
  return { worker: new Worker({ place, clock, blobs, instantiate, answer }), exchanges }
}
