/**
 * Workers that share the rows of one reader, in virtual time: the dispatch and the credits are those of real runs, and only what a row
 * takes is made up.
 */
import { assert } from '#base'
import { type Batch, batchRows, integerType, vectorOf } from '#data'
import { type Carrier, Exchanges, type Frame, type Operator, type Output, packBatch, type WorkerPlace, weightOf } from '#dataflow'

export interface SimulatedRun {
  readonly workers: number
  /** How many times as long as others one worker takes for a row. */
  readonly slowness: number
  /** The first worker is the one that reads. */
  readonly slow: 'the reader' | 'another'
  readonly dispatch: 'to the least loaded' | 'in turn'
  readonly rows: number
  /** What a row takes a worker that is not slow, 1 where it is left out. */
  readonly rowTime?: number
}

/** What a frame is on its way for, and what the reader takes to send it. */
const frameTime = 20
const sendTime = 10

/** Weight that may be on the way to a worker, as among threads. */
const waitingMax = 1_048_576

/** Frames that wait at a worker, each from when on. */
type Inbox = { readonly frame: Frame; readonly at: number }[]

class SimulatedWorker {
  readonly exchanges: Exchanges
  readonly inputs: Output
  readonly inbox: Inbox = []
  readonly #rowTime: number
  now = 0
  rows = 0

  constructor(place: WorkerPlace, carrier: Carrier, rowTime: number) {
    this.#rowTime = rowTime
    this.exchanges = new Exchanges(place, carrier)
    const operator: Operator = { push: (_input, batch) => this.#work(batch), advance: () => undefined, finish: () => undefined }
    this.inputs = this.exchanges.addBalanced({ level: 1, priority: 0, ownRows: null }, operator).inputs
  }

  #work(batch: Batch): void {
    this.rows += batch.length
    this.now += batch.length * this.#rowTime
  }

  /** Deals with what can be done by then. */
  workUntil(then: number): void {
    for (let next = this.inbox[0]; next !== undefined; next = this.inbox[0]) {
      const { frame, at } = next
      const start = Math.max(this.now, at)
      if (start + timeOf(frame, this.#rowTime) > then) return
      this.inbox.shift()
      this.now = start
      this.exchanges.receive(0, 0, frame)
      assert(this.exchanges.deliver(), 'what has come is delivered')
    }
  }

  /** When the next frame will be done; infinite without one. */
  get nextDone(): number {
    const [next] = this.inbox
    return next === undefined ? Number.POSITIVE_INFINITY : Math.max(this.now, next.at) + timeOf(next.frame, this.#rowTime)
  }
}

function timeOf(frame: Frame, rowTime: number): number {
  return frame.kind === 'rows' ? frame.rows.length * rowTime : 0
}

/** How many rows a unit of time are dealt with. */
export function throughputOf({ workers: count, slowness, slow, dispatch, rows, rowTime = 1 }: SimulatedRun): number {
  const waiting = new Float64Array(count)
  const workers: SimulatedWorker[] = []
  const reader = (): SimulatedWorker => workers[0] as SimulatedWorker
  const lookAt = (worker: number): number => {
    workers[worker]?.workUntil(reader().now)
    return waiting[worker] as number
  }
  const carrierOf = (from: number): Carrier => ({
    send: (to, _exchange, frame) => {
      if (from !== 0) {
        // The others have nothing to read, and say so before the first row comes.
        if (to === 0) reader().exchanges.receive(from, 0, frame)
        return
      }
      if (frame.kind === 'rows') {
        waiting[to] = (waiting[to] as number) + weightOf(frame.rows)
        reader().now += sendTime
      }
      workers[to]?.inbox.push({ frame, at: reader().now + frameTime })
    },
    isFull: (to) => lookAt(to) >= waitingMax,
    waiting: lookAt,
    release: (_from, _exchange, weight) => {
      waiting[from] = (waiting[from] as number) - weight
    },
  })
  const slowWorker = slow === 'the reader' ? 0 : count - 1
  for (let index = 0; index < count; index++) {
    workers.push(new SimulatedWorker({ index, count }, carrierOf(index), (index === slowWorker ? slowness : 1) * rowTime))
  }
  for (const worker of workers.slice(1)) worker.inputs.finish()
  while (reader().exchanges.deliver());
  const push = dispatch === 'in turn' ? inTurn(workers, carrierOf(0)) : (batch: Batch) => reader().inputs.push(batch)
  for (let row = 0; row < rows; row += batchRows) push(batchOfRows(row, Math.min(batchRows, rows - row)))
  for (const worker of workers) worker.workUntil(Number.POSITIVE_INFINITY)
  assert(workers.reduce((sum, worker) => sum + worker.rows, 0) === rows, 'each row is dealt with once')
  return rows / Math.max(...workers.map(({ now }) => now))
}

function batchOfRows(from: number, length: number): Batch {
  const values = Array.from({ length }, (_, row) => from + row)
  return { length, columns: [vectorOf(integerType, values)], kinds: null, watermarks: null }
}

/** The usual way: one batch to each worker in turn, which is waited for when so much waits there that it is full. */
function inTurn(workers: readonly SimulatedWorker[], carrier: Carrier): (batch: Batch) => void {
  let turn = 0
  const reader = workers[0] as SimulatedWorker
  return (batch) => {
    const to = turn++ % workers.length
    if (to === 0) {
      reader.exchanges.receive(0, 0, { kind: 'rows', input: 0, rows: packBatch(batch, null, batch.length) })
      reader.exchanges.deliver()
      return
    }
    while (carrier.isFull(to, 0)) reader.now = Math.max(reader.now, workers[to]?.nextDone ?? 0)
    carrier.send(to, 0, { kind: 'rows', input: 0, rows: packBatch(batch, null, batch.length) })
  }
}

/** The most that workers of these speeds can do, relative to what the slowest one lets them do in turn. */
export function boundOf({ workers, slowness }: Pick<SimulatedRun, 'workers' | 'slowness'>): number {
  return (slowness * (workers - 1) + 1) / workers
}
