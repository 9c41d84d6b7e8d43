/** What comes of readers that are more than what there is to read. */
import { counted, listed } from '#base'
import type { PartitionedPlace } from '#connectors'
import type { TopologyVertex } from './topology.ts'

/** A task that reads a table, and what is known of that. */
export interface ReadingTask {
  readonly vertex: TopologyVertex
  /** `none`: its rows are made up, and suffice for any number of readers. */
  readonly places: readonly PartitionedPlace[] | 'none' | 'not known' | { readonly failure: string }
}

/** A sentence, where subtasks have nothing to read, or may have. */
export function idleReaders({ vertex: { id, parallelism }, places }: ReadingTask): readonly string[] {
  const reads = `${id.slice(0, 8)} reads with ${counted(parallelism, 'subtask')}`
  if (parallelism === 1 || places === 'none') return []
  if (places === 'not known') return [`${reads}: where its table has fewer partitions or files, the others read nothing`]
  if ('failure' in places) return [`${reads}; how many partitions there are could not be asked: ${places.failure}`]
  const all = places.reduce((sum, { partitions }) => sum + partitions, 0)
  if (all >= parallelism) return []
  const has = `${listed(
    places.map(({ name }) => name),
    'and',
    3,
  )} ${places.length === 1 ? 'has' : 'have'} ${counted(all, 'partition')}`
  const idle = parallelism - all
  return [`${reads}, but ${has}: ${counted(idle, 'subtask')} ${idle === 1 ? 'has' : 'have'} nothing to read`]
}
