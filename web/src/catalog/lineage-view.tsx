import '@xyflow/react/dist/style.css'
import { Select } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Background, BackgroundVariant, Controls, type Edge, MarkerType, type NodeTypes, ReactFlow } from '@xyflow/react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { question } from '../api/questions.ts'
import { useWorkspace } from '../frame/use-me.ts'
import { layOutIn } from '../job/topology-graph.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { ErrorCard } from '../parts/failure-card.tsx'
import { useNarrow } from '../parts/use-narrow.ts'
import style from './catalog.module.css'
import { placeables } from './lineage.ts'
import { LineageCard, type LineageCardNode, lineageCardSize } from './lineage-card.tsx'

const route = getRouteApi('/frame/w/$workspace/catalog/$entry')
const nodeTypes: NodeTypes = { thing: LineageCard }
const depths = [1, 2, 3, 5, 10] as const
const depthUsual = 2

/** Where the rows of a thing come from and where they go, from left to right. */
export function LineageView({ object }: { readonly object: string }) {
  const { t } = useTranslation()
  const { workspace } = useWorkspace()
  const { depth = depthUsual } = route.useSearch()
  const navigate = route.useNavigate()
  const isNarrow = useNarrow()
  const { data, error } = useQuery({
    ...question('GET /workspaces/:workspace/catalog/lineage', {
      params: { workspace },
      query: { object, depth: Math.min(10, depth), limit: 150 },
    }),
    placeholderData: keepPreviousData,
    refetchInterval: 5000,
  })
  const graph = useMemo(() => {
    const placed = data === undefined ? [] : placeables(data)
    const { places } = layOutIn(placed, 'LR', lineageCardSize, 44)
    const nodes = placed.map(
      ({ id, node }): LineageCardNode => ({
        id,
        type: 'thing',
        position: places.get(id) ?? { x: 0, y: 0 },
        data: { node, isStart: id === object },
        ariaLabel: node.path.join('.'),
        focusable: false,
      }),
    )
    const edges = (data?.flows ?? []).map(
      ({ from, to }): Edge => ({
        id: `${from} > ${to}`,
        source: from,
        target: to,
        focusable: false,
        markerEnd: { type: MarkerType.ArrowClosed, color: 'var(--ink-3)', width: 12, height: 12 },
        style: { stroke: 'var(--ink-3)' },
      }),
    )
    return { nodes, edges }
  }, [data, object])
  if (error !== null)
    return (
      <section className={style['scroll']}>
        <ErrorCard error={error} />
      </section>
    )
  if (data === undefined) return null
  return (
    <div className={style['filled']}>
      <div className={style['rowsBar']}>
        <Select
          aria-label={t('lineage.depth')}
          w={150}
          data={depths.map((value) => ({ value: String(value), label: t('lineage.steps', { count: value }) }))}
          value={String(depth)}
          onChange={(value) => void navigate({ search: { view: 'lineage', depth: Number(value ?? depthUsual) }, replace: true })}
        />
        <span className="quiet small grow" role="status">
          {[
            data.nodes.some(({ hasMore }) => hasMore) ? t('lineage.cut') : '',
            data.pending > 0 ? t('lineage.pending', { count: data.pending }) : '',
            data.unreadable > 0 ? t('lineage.unreadable', { count: data.unreadable }) : '',
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      {data.flows.length === 0 ? (
        <EmptyPage icon="plan" title={t('lineage.emptyTitle')} text={t('lineage.emptyText')} />
      ) : (
        <div className={style['graph']}>
          <ReactFlow
            key={`${object} ${depth} ${graph.nodes.length}`}
            nodes={graph.nodes}
            edges={graph.edges}
            nodeTypes={nodeTypes}
            nodesDraggable={false}
            nodesConnectable={false}
            elementsSelectable={false}
            minZoom={0.1}
            maxZoom={1.5}
            fitView
            fitViewOptions={{ padding: 0.08, maxZoom: 1, minZoom: 0.6 }}
            proOptions={{ hideAttribution: true }}
          >
            <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--line-2)" />
            {!isNarrow && <Controls showInteractive={false} position="bottom-left" />}
          </ReactFlow>
        </div>
      )}
    </div>
  )
}
