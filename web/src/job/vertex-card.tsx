import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import { useTranslation } from 'react-i18next'
import { countText, durationText } from '../parts/amount.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { useNow } from '../parts/use-now.ts'
import type { OperatorPoint } from './metric-history.ts'
import { shortName } from './short-name.ts'
import type { Direction, Vertex } from './topology-graph.ts'
import style from './topology-tab.module.css'

export type VertexNode = Node<
  {
    readonly vertex: Vertex
    readonly point: OperatorPoint | undefined
    readonly direction: Direction
    /** The moment that is shown; nothing: now. */
    readonly at: number | undefined
  },
  'vertex'
>

const icons: Readonly<Record<Vertex['kind'], IconName>> = { source: 'right', operator: 'plan', exchange: 'restart', sink: 'flag' }

/** An operator in the graph: its name, what it gets and gives, and how it spends its time. */
export function VertexCard({ data: { vertex, point, direction, at }, selected }: NodeProps<VertexNode>) {
  const { t } = useTranslation()
  const clock = useNow()
  const now = at ?? clock
  return (
    <div className={style['card']} data-picked={selected}>
      <Handle
        type="target"
        position={direction === 'LR' ? Position.Left : Position.Top}
        className={style['port'] ?? ''}
        isConnectable={false}
      />
      <div className={style['title']}>
        <Icon name={icons[vertex.kind]} size={14} />
        <span className="one-line" title={vertex.name}>
          {shortName(vertex.name)}
        </span>
        <span title={t('form.parallelism')}>×{vertex.parallelism}</span>
      </div>
      <div className="one-line quiet" title={vertex.detail}>
        {vertex.detail}
      </div>
      <div className="row apart quiet">
        <span>
          {point === undefined
            ? ''
            : t('topology.flow', { in: countText(point.recordsInPerSecond), out: countText(point.recordsOutPerSecond) })}
        </span>
        <span title={t('numbers.watermark')}>
          {point?.watermark === undefined || point.watermark === null
            ? ''
            : t('topology.behind', { time: durationText(Math.max(0, now - point.watermark)) })}
        </span>
      </div>
      <TimeBar point={point} />
      <Handle
        type="source"
        position={direction === 'LR' ? Position.Right : Position.Bottom}
        className={style['port'] ?? ''}
        isConnectable={false}
      />
    </div>
  )
}

/** How the busiest subtask spends its time: at work, held back, or waiting for rows. */
function TimeBar({ point }: { readonly point: OperatorPoint | undefined }) {
  const { t } = useTranslation()
  const busy = Math.round((point?.busy ?? 0) * 100)
  const pressed = Math.min(100 - busy, Math.round((point?.backPressured ?? 0) * 100))
  const label = t('topology.time', { busy, pressed, idle: 100 - busy - pressed })
  return (
    <div
      className={style['bar']}
      role="img"
      aria-label={point === undefined ? t('topology.noMetrics') : label}
      title={point === undefined ? '' : label}
    >
      <span className={style['busy']} style={{ width: `${busy}%` }} />
      <span className={style['pressed']} style={{ width: `${pressed}%` }} />
    </div>
  )
}
