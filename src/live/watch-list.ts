/** Who watches the runs of which notebook, and what each is told next. Of a watcher nothing is kept but where he is. */
import { News } from '#base'
import type { RecordKey } from '#store'
import type { CellRun, WatchPlace } from './cell-run.ts'
import { liveErrors } from './errors.ts'

interface Watcher {
  /** By run. */
  readonly places: Map<string, WatchPlace>
  readonly signal: AbortSignal
  /** The runs of the notebook that are known, those that have just ended too. */
  readonly runs: () => readonly CellRun[]
}

interface Watched {
  readonly news: News
  watchers: number
}

/** Who waits is told; this only bounds a timer. */
const waitMs = 60_000
const placesMax = 100

export class WatchList {
  readonly #watched = new Map<string, Watched>()
  #size = 0

  /** How many watch. */
  get size(): number {
    return this.#size
  }

  isWatched(notebook: RecordKey): boolean {
    return this.#watched.has(addressOf(notebook))
  }

  /** There is something to tell. */
  tell(notebook: RecordKey): void {
    this.#watched.get(addressOf(notebook))?.news.tell()
  }

  close(): void {
    for (const { news } of this.#watched.values()) news.tell()
  }

  async *watch(notebook: RecordKey, { places, signal, runs }: Watcher): AsyncGenerator<string, void, void> {
    const address = addressOf(notebook)
    const watched = this.#watched.get(address) ?? { news: new News(), watchers: 0 }
    this.#watched.set(address, watched)
    watched.watchers += 1
    this.#size += 1
    // Who has not seen them run sees what was kept of them.
    const past = new Set(runs().flatMap((run) => (run.isOver && !places.has(run.shape.run) ? [run.shape.run] : [])))
    const wake = (): void => watched.news.tell()
    signal.addEventListener('abort', wake)
    try {
      while (!signal.aborted) {
        let isTold = false
        for (const json of nextOf(places, runs(), past)) {
          isTold = true
          yield json
        }
        if (!isTold && !signal.aborted) await watched.news.within(waitMs)
      }
    } finally {
      signal.removeEventListener('abort', wake)
      this.#size -= 1
      watched.watchers -= 1
      if (watched.watchers === 0) this.#watched.delete(address)
    }
  }
}

/** What is to be told to who is at these places, a little of each run; moves the places. */
function* nextOf(places: Map<string, WatchPlace>, runs: readonly CellRun[], past: ReadonlySet<string>): Generator<string> {
  const known = new Set(runs.map(({ shape }) => shape.run))
  for (const run of [...places.keys()].filter((each) => !known.has(each))) {
    places.delete(run)
    yield JSON.stringify({ kind: 'gone', run })
  }
  for (const run of runs) {
    const id = run.shape.run
    if (past.has(id)) continue
    const next = run.tell(places.get(id) ?? null)
    places.set(id, next.place)
    yield* next.told
  }
}

/** Such as `run:incarnation:12,run:incarnation:7`. */
export function readPlaces(text: string): Map<string, WatchPlace> {
  const places = new Map<string, WatchPlace>()
  for (const part of text === '' ? [] : text.split(',')) {
    const [, run, incarnation, number] = /^([A-Za-z0-9]{1,40}):([A-Za-z0-9-]{0,40}):(\d{1,15})$/.exec(part) ?? []
    if (run === undefined || incarnation === undefined || places.size >= placesMax)
      throw liveErrors.LIVE_POSITION({ position: part.slice(0, 60) })
    places.set(run, { incarnation, number: Number(number) })
  }
  return places
}

function addressOf({ workspace, id }: RecordKey): string {
  return JSON.stringify([workspace, id])
}
