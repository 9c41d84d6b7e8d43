/** Which numbers a sample of a job holds, and in which order: of the job first, then of each subtask of each operator. */
import type { OperatorMetrics } from '#metrics'
import { type MetricName, type MetricOf, type MetricWord, metricNames, wordOf } from './metric-words.ts'

export interface LayoutPart {
  /** Empty: of the job as a whole. */
  readonly operatorId: string
  readonly operatorName: string
  readonly kind: OperatorMetrics['kind'] | 'job'
  /** Null: of all subtasks together, or of the job. */
  readonly subtask: number | null
}

export interface Layout {
  /** As it is stored: layouts with one text are one. */
  readonly text: string
  /** One for each number. */
  readonly columns: readonly LayoutColumn[]
}

export interface LayoutColumn {
  readonly part: LayoutPart
  /** A metric of this server, or one that an earlier or a later one has. */
  readonly metric: string
  readonly keeps: MetricWord['keeps']
}

type WrittenWord = readonly [metric: string, keeps: MetricWord['keeps']]

/** What a part has is not written for each part: it is the same for all of its kind. */
interface WrittenLayout {
  readonly job: readonly WrittenWord[]
  readonly subtask: readonly WrittenWord[]
  readonly parts: readonly (readonly [string, string, LayoutPart['kind'], number | null])[]
}

const jobPart: LayoutPart = { operatorId: '', operatorName: '', kind: 'job', subtask: null }
export const jobMetrics = metricsOf('job')
export const subtaskMetrics = metricsOf('subtask')

/** All metrics of the job, then all of each part. */
export function layoutOf(parts: readonly LayoutPart[]): Layout {
  const written = (name: MetricName): WrittenWord => [name, wordOf(name).keeps]
  const layout: WrittenLayout = {
    job: jobMetrics.map(written),
    subtask: subtaskMetrics.map(written),
    parts: [jobPart, ...parts].map(({ operatorId, operatorName, kind, subtask }) => [operatorId, operatorName, kind, subtask]),
  }
  return readLayout(JSON.stringify(layout))
}

export function readLayout(text: string): Layout {
  const { job, subtask: ofSubtasks, parts } = JSON.parse(text) as WrittenLayout
  const columns = parts.flatMap(([operatorId, operatorName, kind, subtask]) => {
    const part: LayoutPart = { operatorId, operatorName, kind, subtask }
    return (kind === 'job' ? job : ofSubtasks).map(([metric, keeps]) => ({ part, metric, keeps }))
  })
  return { text, columns }
}

function metricsOf<Of extends MetricWord['of']>(of: Of): readonly MetricOf<Of>[] {
  return metricNames.filter((name): name is MetricOf<Of> => wordOf(name).of === of)
}
