import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import { useTranslation } from 'react-i18next'
import { NodeLink } from './entry-users.tsx'
import type { LineageNode } from './lineage.ts'
import style from './lineage-card.module.css'

export const lineageCardSize = { width: 204, height: 58 }

export type LineageCardNode = Node<{ readonly node: LineageNode; readonly isStart: boolean }, 'thing'>

/** A table, a view or a job in the graph, which leads to its page. */
export function LineageCard({ data: { node, isStart } }: NodeProps<LineageCardNode>) {
  const { t } = useTranslation()
  const { kind, state, connector, entry, job, hasMore } = node
  const what = state === null ? (connector ?? t(`entryKinds.${kind}`)) : t(`states.${state}`)
  const isOwn = entry === null && job === null
  return (
    <div className={`nopan ${style['card']}`} data-kind={kind} data-start={isStart} data-own={isOwn}>
      <Handle type="target" position={Position.Left} className={style['port'] ?? ''} isConnectable={false} />
      <NodeLink node={node} />
      <span className="row apart quiet">
        <span className="one-line">{isOwn ? t('lineage.ownShort', { what }) : what}</span>
        {hasMore && <span title={t('lineage.cut')}>…</span>}
      </span>
      <Handle type="source" position={Position.Right} className={style['port'] ?? ''} isConnectable={false} />
    </div>
  )
}
