import { ActionIcon } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { bytesText, countText, timeText } from '../parts/amount.ts'
import { Icon } from '../parts/icon.tsx'
import type { OperatorPoint } from './metric-history.ts'
import { sourceOfVertex } from './partition-standing.ts'
import { shortName } from './short-name.ts'
import { SourcePartitions } from './source-partitions.tsx'
import { StateFragment } from './state-fragment.tsx'
import type { PlacedVertex, Vertex } from './topology-graph.ts'
import style from './topology-tab.module.css'
import { usePartitions } from './use-job.ts'

interface SubtaskPanelProps {
  readonly placed: PlacedVertex
  /** Whether a moment of the past is shown, of which subtasks are not told apart. */
  readonly isPast: boolean
  readonly isRunning: boolean
  readonly onClose: () => void
}

/** One operator in full: each of its subtasks beside the others, so that skew shows. */
export function SubtaskPanel({ placed: { vertex, point, subtasks }, isPast, isRunning, onClose }: SubtaskPanelProps) {
  const { t } = useTranslation()
  // The least one is what those behind wait for.
  const watermarks = subtasks.flatMap((row) => row.watermark ?? [])
  const watermark = watermarks.length === 0 ? undefined : Math.min(...watermarks)
  return (
    <aside className={style['panel']} aria-label={vertex.name}>
      <div className="row apart">
        <h2>{shortName(vertex.name)}</h2>
        <ActionIcon aria-label={t('act.close')} onClick={onClose}>
          <Icon name="close" />
        </ActionIcon>
      </div>
      <pre>{vertex.detail}</pre>
      {vertex.fragment !== null && <StateFragment fragment={vertex.fragment} isBefore={false} />}
      {vertex.inputs.length > 0 && (
        <p className="quiet small">{t('topology.shipped', { how: vertex.inputs.map(({ ship }) => ship).join(', ') })}</p>
      )}
      {isPast && point !== undefined ? (
        <PastNumbers point={point} />
      ) : subtasks.length === 0 ? (
        <p className="quiet">{t('topology.noMetrics')}</p>
      ) : (
        <section style={{ overflowX: 'auto' }} aria-label={t('topology.subtasks')} tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th>#</th>
                <th className="number">{t('topology.in')}</th>
                <th className="number">{t('topology.out')}</th>
                <th className="number">{t('topology.busy')}</th>
                <th className="number">{t('topology.pressed')}</th>
                <th className="number">{t('topology.state')}</th>
              </tr>
            </thead>
            <tbody>
              {subtasks.map((row) => (
                <tr key={row.subtask}>
                  <td>{row.subtask + 1}</td>
                  <td className="number">{t('topology.rate', { amount: countText(row.recordsInPerSecond) })}</td>
                  <td className="number">{t('topology.rate', { amount: countText(row.recordsOutPerSecond) })}</td>
                  <td className="number">{Math.round(row.busyMsPerSecond / 10)} %</td>
                  <td className="number">{Math.round(row.backPressuredMsPerSecond / 10)} %</td>
                  <td className="number">{bytesText(row.stateBytes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {watermark !== undefined && <p className="quiet small">{t('topology.watermark', { time: timeText(watermark) })}</p>}
      {vertex.kind === 'source' && !isPast && <VertexPartitions vertex={vertex} isRunning={isRunning} />}
    </aside>
  )
}

/** The partitions of a source, where they are known. */
function VertexPartitions({ vertex, isRunning }: { readonly vertex: Vertex; readonly isRunning: boolean }) {
  const { t } = useTranslation()
  const { data } = usePartitions(isRunning)
  const source = sourceOfVertex(data?.sources ?? [], vertex)
  if (data === undefined || source === undefined) return null
  return (
    <>
      <h3>{t('partitions.title')}</h3>
      <SourcePartitions source={source} takenAt={data.takenAt} isRunning={isRunning} />
    </>
  )
}

/** What the operator did at a moment of the past, with all its subtasks. */
function PastNumbers({ point }: { readonly point: OperatorPoint }) {
  const { t } = useTranslation()
  const percent = (share: number): string => `${Math.round(share * 100)} %`
  const facts: readonly (readonly [string, string])[] = [
    [t('topology.in'), t('topology.rate', { amount: countText(point.recordsInPerSecond) })],
    [t('topology.out'), t('topology.rate', { amount: countText(point.recordsOutPerSecond) })],
    [t('topology.busy'), percent(point.busy)],
    [t('topology.pressed'), percent(point.backPressured)],
    [t('topology.state'), bytesText(point.stateBytes)],
    ...(point.lag === null ? [] : [[t('metrics.charts.lag'), countText(point.lag)] as const]),
  ]
  return (
    <table className="table">
      <tbody>
        {facts.map(([name, value]) => (
          <tr key={name}>
            <td className="quiet">{name}</td>
            <td className="number">{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
