/** What the partitions of a source stand at: what its reader knows of them, with how far each has come in event time. */
import { shortened } from '#base'
import type { SourceReader, SplitStanding } from '#connectors'
import { watermarkEnd, watermarkNone } from '#data'
import { type PartitionMetrics, type SourcePartitions, sourcePartitions } from '#metrics'
import type { ScanTask } from './lower/tasks.ts'

export interface StandingSource {
  readonly task: Pick<ScanTask, 'isTimed' | 'isIdle' | 'splits'>
  readonly reader: Pick<SourceReader, 'standing'>
  readonly hasEnded: boolean
  /** What is read as one is called so, such as `orders-0` for what the first worker reads of a table. */
  readonly wholeName: string
}

type KnownSplit = Pick<PartitionMetrics, 'currentOffset' | 'endOffset' | 'pendingRecords'> & {
  readonly split: string
  readonly name: string
  readonly hasEnded: boolean
}

/** Names come from outside. */
const lengthMax = 200

/** Null where there is nothing to tell. `isHeld` tells whether a split waits for other sources. */
export function partitionStanding(
  { task, reader, hasEnded, wholeName }: StandingSource,
  isHeld: (split: string) => boolean,
): SourcePartitions | null {
  const times = task.splits()
  const known = reader.standing?.().map(knownSplit) ?? unknownSplits(task, [...times.keys()], wholeName)
  if (known.length === 0) return null
  const partitions = known.map(({ split, name, hasEnded: isRead, ...place }): PartitionMetrics => {
    const time = times.get(split)
    const isIdle = task.isIdle || time?.isIdle === true
    // One that is read to its end and still looked at holds the watermark back.
    const isOver = hasEnded || (isRead && time === undefined)
    return {
      partition: name,
      state: isOver ? 'ended' : isIdle ? 'idle' : isHeld(split) ? 'paused' : 'active',
      ...place,
      currentWatermark: timeOrNull(time?.watermark),
    }
  })
  return sourcePartitions(task.isTimed, partitions)
}

function knownSplit({ split, name, position, end, pendingRows, hasEnded }: SplitStanding): KnownSplit {
  return {
    split,
    name: shortened(name, lengthMax),
    currentOffset: shortPlace(position),
    endOffset: end === null ? null : shortPlace(end),
    pendingRecords: pendingRows,
    hasEnded,
  }
}

/** Of a connector that does not tell where it stands there are only times to tell. */
function unknownSplits({ isTimed }: StandingSource['task'], splits: readonly string[], wholeName: string): KnownSplit[] {
  if (!isTimed) return []
  const place = { currentOffset: null, endOffset: null, pendingRecords: null, hasEnded: false }
  const [only = ''] = splits
  if (splits.length < 2) return [{ split: only, name: shortened(wholeName, lengthMax), ...place }]
  return splits.map((split) => ({ split, name: shortened(split, lengthMax), ...place }))
}

function shortPlace(place: number | string): number | string {
  return typeof place === 'number' ? place : shortened(place, lengthMax)
}

function timeOrNull(watermarkMs: number | undefined): number | null {
  return watermarkMs === undefined || watermarkMs === watermarkNone || watermarkMs === watermarkEnd ? null : watermarkMs
}
