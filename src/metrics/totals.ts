/** What the subtasks of one operator are together. */

import { ratesBetween } from './rates.ts'
import type { KeySample, KeyShare, OperatorMetrics } from './run-metrics.ts'

/** Sums of rows and bytes, the shares of time of the subtask that is busiest and of the one that is held back most, the least watermark. */
export interface OperatorTotals
  extends Pick<
    OperatorMetrics,
    | 'operatorId'
    | 'operatorName'
    | 'kind'
    | 'nodes'
    | 'numRecordsIn'
    | 'numRecordsOut'
    | 'numLateRecordsDropped'
    | 'stateBytes'
    | 'spilledBytes'
    | 'currentOutputWatermark'
    | 'heaviestKeys'
  > {
  /** Of 1. */
  readonly busyShare: number
  readonly backPressuredShare: number
}

/** In the order in which the operators are listed. */
export function totalsOf(operators: readonly OperatorMetrics[]): OperatorTotals[] {
  const groups = Map.groupBy(operators, ({ operatorId }) => operatorId)
  return [...groups.values()].flatMap((subtasks) => {
    const [first] = subtasks
    return first === undefined ? [] : [totalOf(first, subtasks)]
  })
}

function totalOf({ operatorId, operatorName, kind, nodes }: OperatorMetrics, subtasks: readonly OperatorMetrics[]): OperatorTotals {
  const sum = (of: (metrics: OperatorMetrics) => number): number => subtasks.reduce((total, each) => total + of(each), 0)
  const rates = subtasks.map((each) => ratesBetween(undefined, each))
  const watermarks = subtasks.flatMap(({ currentOutputWatermark }) => currentOutputWatermark ?? [])
  return {
    operatorId,
    operatorName,
    kind,
    nodes,
    numRecordsIn: sum((each) => each.numRecordsIn),
    numRecordsOut: sum((each) => each.numRecordsOut),
    numLateRecordsDropped: sum((each) => each.numLateRecordsDropped),
    stateBytes: sum((each) => each.stateBytes),
    spilledBytes: sum((each) => each.spilledBytes),
    currentOutputWatermark: watermarks.length === 0 ? null : Math.min(...watermarks),
    heaviestKeys: mergedSamples(subtasks.flatMap(({ heaviestKeys }) => heaviestKeys ?? [])),
    busyShare: Math.max(...rates.map(({ busyTimeMsPerSecond }) => busyTimeMsPerSecond / 1000)),
    backPressuredShare: Math.max(...rates.map(({ backPressuredTimeMsPerSecond }) => backPressuredTimeMsPerSecond / 1000)),
  }
}

/** Samples of rows that went different ways; a key that some of them do not name may have had more. */
function mergedSamples(samples: readonly KeySample[]): KeySample | null {
  if (samples.length === 0) return null
  const rows = samples.reduce((sum, sample) => sum + sample.rows, 0)
  const sampledRows = samples.reduce((sum, sample) => sum + sample.sampledRows, 0)
  const merged = new Map<string, KeyShare>()
  for (const sample of samples) {
    const part = rows === 0 ? 0 : sample.rows / rows
    for (const { key, share, error } of sample.keys) {
      const name = JSON.stringify(key)
      const known = merged.get(name)
      merged.set(name, { key, share: (known?.share ?? 0) + share * part, error: (known?.error ?? 0) + error * part })
    }
  }
  return { rows, sampledRows, keys: [...merged.values()].sort((a, b) => b.share - a.share) }
}
