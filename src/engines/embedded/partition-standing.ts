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
}

type KnownSplit = Pick<PartitionMetrics, 'currentOffset' | 'endOffset' | 'pendingRecords'> & {
  readonly split: string
  readonly name: string
  readonly hasEnded: boolean
}

/** Names come from outside. */
const lengthMax = 200

/** Null where the source has no partitions that anybody can tell. `isHeld` tells whether a split waits for other sources. */
export function partitionStanding({ task, reader, hasEnded }: StandingSource, isHeld: (split: string) => boolean): SourcePartitions | null {
  const times = task.splits()
  const known = reader.standing?.().map(knownSplit) ?? [...times.keys()].map(unknownSplit)
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

/** Of a connector that does not tell where it stands. */
function unknownSplit(split: string): KnownSplit {
  const place = { currentOffset: null, endOffset: null, pendingRecords: null }
  return { split, name: shortened(split, lengthMax), ...place, hasEnded: false }
}

function shortPlace(place: number | string): number | string {
  return typeof place === 'number' ? place : shortened(place, lengthMax)
}

function timeOrNull(watermarkMs: number | undefined): number | null {
  return watermarkMs === undefined || watermarkMs === watermarkNone || watermarkMs === watermarkEnd ? null : watermarkMs
}
