/** A worker in a thread of its own: what it is given, and its first steps. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { assert, systemClock } from '#base'
import type { WorkerPlace } from '#dataflow'
import { type Answer, createWorker, type LoadedFunction, type Order, sendError, type ThreadShape } from '#engines'
import type { UserFunction } from '#plan'
import { ThreadCarrier } from './thread-carrier.ts'

/** What a thread is started with. */
export interface ThreadData {
  readonly run: ThreadShape
  readonly place: WorkerPlace
  /** The address of the place for checkpoints, or null. */
  readonly checkpoints: string | null
  readonly ports: readonly (MessagePort | null)[]
  readonly counts: SharedArrayBuffer
  /** Which function of a user each worker computes now: its place in `functions` + 1, or 0, and how many calls there were. */
  readonly busy: SharedArrayBuffer
  readonly functions: readonly UserFunction[]
  /** By name. */
  readonly secrets: Readonly<Record<string, string>>
  /** Batches of each worker that are on their way to be shown. */
  readonly showing: SharedArrayBuffer
}

/** A worker that makes rows to be shown at one go waits while so many batches are on their way. */
const showingMax = 8

type FindFunction = (user: UserFunction) => LoadedFunction

/** Loads the functions of users that a thread needs. */
type FunctionLoader = (functions: readonly UserFunction[]) => Promise<FindFunction>

/** Runs the worker that this thread was started for. `findSecret` finds secrets that the thread was not given. */
export async function runThread(load: FunctionLoader, findSecret: (name: string) => string | null): Promise<void> {
  const port = parentPort
  assert(port !== null, 'a worker runs in a thread of its own')
  const data = workerData as ThreadData
  const answer = (each: Answer): void => {
    if (each.kind === 'rows') waitToShow(data)
    port.postMessage(each, each.kind === 'rows' ? [each.rows.buffer] : [])
  }
  const orders: Order[] = []
  const early = (order: Order): void => void orders.push(order)
  port.on('message', early)
  try {
    const { run, place, checkpoints, ports, counts, secrets } = data
    const secret = (name: string): string | null => (Object.hasOwn(secrets, name) ? (secrets[name] ?? null) : findSecret(name))
    const carrier = new ThreadCarrier(place, ports, counts)
    const userFunction = await loadFunctions(data, load)
    const blobs = checkpoints === null ? null : (await import('#blobs')).openBlobs(checkpoints)
    const { worker, exchanges } = await createWorker({ run, place, carrier, blobs, clock: systemClock, userFunction, secret, answer })
    if (exchanges !== null) carrier.listen(exchanges, () => worker.wake())
    port.off('message', early)
    port.on('message', (order: Order) => worker.follow(order))
    for (const order of orders) worker.follow(order)
    await worker.run()
    carrier.close()
  } catch (error) {
    answer({ kind: 'ended', report: null, error: sendError(error) })
  }
  port.close()
}

function waitToShow({ showing, place: { index } }: ThreadData): void {
  const counts = new Int32Array(showing)
  for (let count = Atomics.load(counts, index); count >= showingMax; count = Atomics.load(counts, index)) Atomics.wait(counts, index, count)
  Atomics.add(counts, index, 1)
}

/** Loads the functions, and marks the one that is being computed: whoever waits for it in vain learns its name. */
async function loadFunctions({ functions, busy, place }: ThreadData, load: FunctionLoader): Promise<FindFunction> {
  const loaded = await load(functions)
  const marks = new Int32Array(busy)
  return (user) => {
    const number = 1 + functions.findIndex((each) => each.file === user.file && each.export === user.export)
    return marked(loaded(user), (isBusy) => {
      if (isBusy) Atomics.add(marks, place.index * 2 + 1, 1)
      Atomics.store(marks, place.index * 2, isBusy ? number : 0)
    })
  }
}

type Called = (...values: never[]) => unknown

function marked(loaded: LoadedFunction, mark: (isBusy: boolean) => void): LoadedFunction {
  const around =
    (called: Called): Called =>
    (...values) => {
      mark(true)
      const result = called(...values)
      mark(false)
      return result
    }
  if (typeof loaded === 'function') return around(loaded)
  const methods = Object.entries(loaded).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'function' ? around(value.bind(loaded)) : value,
  ])
  return Object.fromEntries(methods)
}
