/** What the writers of a table that several workers share have prepared becomes one commit where it replaces what was there. */
import type { SavedSink } from '../checkpoint/manifest.ts'
import type { SinkTask } from '../program.ts'

export interface JoinedSinks {
  /** By worker. */
  readonly ofWorkers: readonly (readonly SavedSink[])[]
  /** Whether what the first worker commits is of all of them, so that it comes before the others. */
  readonly isFirstAhead: boolean
}

/** `taken` is what each worker's sinks have prepared. */
export function joinSinks(taken: readonly (readonly SavedSink[])[], sinks: readonly SinkTask[]): JoinedSinks {
  const ofWorkers = taken.map((each) => [...each])
  let isFirstAhead = false
  for (const { id, sink, overwrite } of sinks) {
    if (!overwrite || sink.joinOverwrites === undefined) continue
    const places = ofWorkers.map((each) => each.findIndex((saved) => saved.id === id))
    const having = places.flatMap((place, worker) => (place < 0 ? [] : [{ worker, place }]))
    if (having.length < 2) continue
    const joined = sink.joinOverwrites(having.map(({ worker, place }) => ofWorkers[worker]?.[place]?.record))
    for (const [index, { worker, place }] of having.entries()) {
      const own = ofWorkers[worker]
      if (own?.[place] !== undefined) own[place] = { ...own[place], record: joined[index] }
    }
    isFirstAhead = true
  }
  return { ofWorkers, isFirstAhead }
}
