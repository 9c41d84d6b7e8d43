import '@xyflow/react/dist/style.css'
import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Background, BackgroundVariant, Controls, type Edge, MarkerType, type NodeTypes, ReactFlow } from '@xyflow/react'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { question } from '../api/questions.ts'
import { countText } from '../parts/amount.ts'
import { EmptyPage } from '../parts/empty-page.tsx'
import { useNarrow } from '../parts/use-narrow.ts'
import type { readTopologySearch } from '../search.ts'
import { KeepCentre } from './keep-centre.tsx'
import { sampleNear } from './metric-history.ts'
import { MomentSlider } from './moment-slider.tsx'
import { SubtaskPanel } from './subtask-panel.tsx'
import type { TimeRange } from './time-range.ts'
import { edgesOf, joinPast, joinVertices, layOut, type PlacedEdge } from './topology-graph.ts'
import style from './topology-tab.module.css'
import { useJob, useJobParams, useOperators } from './use-job.ts'
import { useSeries } from './use-series.ts'
import { VertexCard, type VertexNode } from './vertex-card.tsx'

const route = getRouteApi('/frame/w/$workspace/jobs/$job/topology')
const nodeTypes: NodeTypes = { vertex: VertexCard }

export function TopologyTab() {
  const { t } = useTranslation()
  const params = useJobParams()
  const { job } = useJob()
  const { vertex: picked, at, range = '1h' } = route.useSearch()
  const navigate = route.useNavigate()
  const isNarrow = useNarrow()
  const { data } = useSuspenseQuery(question('GET /workspaces/:workspace/jobs/:job/topology', { params }))
  const isRunning = job.status.state === 'running'
  const operators = useOperators(isRunning).data?.operators
  const { samples } = useSeries(params, range)
  const past = useMemo(() => (at === undefined ? undefined : sampleNear(samples ?? [], at)), [samples, at])
  const graph = useRef<HTMLDivElement>(null)
  const [box, setBox] = useState({ width: 1000, height: 600 })
  useLayoutEffect(() => {
    if (graph.current !== null) setBox({ width: graph.current.clientWidth, height: graph.current.clientHeight })
  }, [])
  const { places, direction } = useMemo(() => layOut(data.vertices, box), [data, box])
  const vertices = useMemo(() => {
    if (past !== undefined) return joinPast(data.vertices, places, operators ?? [], past)
    return joinVertices(data.vertices, places, at === undefined ? (operators ?? []) : [])
  }, [data, places, operators, past, at])
  const nodes = useMemo(
    () =>
      vertices.map(
        ({ vertex, point, x, y }): VertexNode => ({
          id: vertex.id,
          type: 'vertex',
          position: { x, y },
          data: { vertex, point, direction, at: past?.at },
          selected: vertex.id === picked,
          ariaLabel: vertex.name,
        }),
      ),
    [vertices, picked, direction, past],
  )
  const edges = useMemo(() => {
    const rate = (amount: number): string => t('topology.rate', { amount: countText(amount) })
    return edgesOf(vertices).map((edge) => drawn(edge, rate))
  }, [vertices, t])
  const change = (changes: { vertex?: string | undefined; at?: number | undefined; range?: TimeRange }): void =>
    void navigate({ search: (last) => ({ ...last, ...changes }) as ReturnType<typeof readTopologySearch>, replace: true })
  const pick = (vertex: string | undefined): void => change({ vertex })
  const found = vertices.find(({ vertex }) => vertex.id === picked)
  if (data.vertices.length === 0) return <EmptyPage icon="plan" title={t('topology.emptyTitle')} text={t('topology.emptyText')} />
  return (
    <div className={style['whole']}>
      <MomentSlider
        samples={samples ?? []}
        range={range}
        at={at}
        onMoment={(moment) => change({ at: moment })}
        onRange={(next) => change({ range: next, at: undefined })}
      />
      <div className={style['topology']}>
        <div className={style['graph']} ref={graph}>
          <ReactFlow
            key={direction}
            nodes={nodes}
            edges={edges}
            nodeTypes={nodeTypes}
            onNodesChange={(changes) => {
              const picks = changes.find((each) => each.type === 'select' && each.selected)
              if (picks?.type === 'select') pick(picks.id)
            }}
            onPaneClick={() => pick(undefined)}
            nodesDraggable={false}
            nodesConnectable={false}
            edgesFocusable={false}
            minZoom={0.15}
            maxZoom={1.5}
            fitView
            fitViewOptions={{ padding: 0.04, minZoom: 0.6, maxZoom: 1 }}
            proOptions={{ hideAttribution: true }}
          >
            <KeepCentre />
            <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--line-2)" />
            {!isNarrow && <Controls showInteractive={false} position="bottom-left" />}
          </ReactFlow>
        </div>
        {found !== undefined && (
          <SubtaskPanel placed={found} isPast={at !== undefined} isRunning={isRunning} onClose={() => pick(undefined)} />
        )}
      </div>
    </div>
  )
}

function drawn({ id, from, to, ship, recordsPerSecond }: PlacedEdge, rate: (amount: number) => string): Edge {
  const isFlowing = recordsPerSecond !== undefined && recordsPerSecond > 0
  return {
    id,
    source: from,
    target: to,
    label: recordsPerSecond === undefined ? ship : rate(recordsPerSecond),
    markerEnd: { type: MarkerType.ArrowClosed, color: 'var(--ink-3)', width: 10, height: 10 },
    style: { stroke: 'var(--ink-3)', strokeWidth: isFlowing ? 1 + Math.min(3, Math.log10(1 + (recordsPerSecond ?? 0)) / 2) : 1 },
    labelStyle: { fill: 'var(--ink-2)', fontSize: 12 },
    labelBgStyle: { fill: 'var(--paper)' },
  }
}
