/** What EXPLAIN tells of a plan that was lowered: its changes, its state, how safely rows arrive and the loops that were generated. */
import { type Join, type Plan, type Relation, rootsOf, type Scan, sharedRelations, walkRelations } from '#plan'
import type { Delivery, Explanation } from '../../engine.ts'
import type { Instance, SinkTask } from '../program.ts'
import { isBoundedType, isReadFirst } from './bounded-join.ts'
import { sharingOf } from './sharing.ts'
import { type StateFacts, sinkNoteOf, stateNoteOf } from './state-notes.ts'

export interface ExplainedRun {
  readonly stateTtlMs: number
  /** Whether checkpoints are kept. */
  readonly isDurable: boolean
}

/** `shared` is an instance of one of several workers; where there is one worker, it is the other instance. */
export function explanationOf(plan: Plan, instance: Instance, { stateTtlMs, isDurable }: ExplainedRun, shared = instance): Explanation {
  const { explained, sinks } = instance
  const { changelog, isBatch, ends } = explained
  const readTwice = sharedRelations(rootsOf(plan))
  const facts: StateFacts = {
    isBatch,
    stateTtlMs,
    isAppendOnly: (relation) => isAppendOnly(relation, explained),
    readFirst: (join) => readFirst(join, readTwice, explained),
    ends: (relation) => scansOf(relation).every(ends),
  }
  const waiting = [...sinks]
  return {
    changelog,
    stateOf: (relation) => stateNoteOf(relation, facts),
    sinkStates: plan.outputs.map((output) => {
      const key = explained.materialised.get(output)
      return key === undefined ? null : sinkNoteOf(key, facts)
    }),
    deliveries: plan.outputs.map((output) => {
      const sink = output.kind === 'insert' ? waiting.shift() : undefined
      return sink === undefined ? null : deliveryOf(sink, isDurable)
    }),
    ends,
    sharing: sharingOf(plan, shared),
    code: () => explained.code(),
  }
}

type Explained = Instance['explained']

function isAppendOnly(relation: Relation, { changelog }: Explained): boolean {
  const { updates, deletes } = changelog.changelogOf(relation)
  return !updates && !deletes
}

function readFirst({ type, left, right }: Join, shared: ReadonlySet<Relation>, explained: Explained): 'left' | 'right' | null {
  const lowering = {
    isAppendOnly: (relation: Relation) => isAppendOnly(relation, explained),
    isShared: (relation: Relation) => shared.has(relation),
  }
  if (isBoundedType(type) && isReadFirst(right, left, lowering, explained.ends)) return 'right'
  return type === 'inner' && isReadFirst(left, right, lowering, explained.ends) ? 'left' : null
}

function scansOf(relation: Relation): Scan[] {
  const scans: Scan[] = []
  walkRelations([relation], (each) => {
    if (each.kind === 'scan') scans.push(each)
  })
  return scans
}

function deliveryOf({ sink }: SinkTask, isDurable: boolean): Delivery {
  if (!isDurable) return { guarantee: 'none', why: 'no checkpoints are kept: what is killed begins anew' }
  if (sink.repeats !== undefined) return { guarantee: 'at-least-once', why: sink.repeats }
  return { guarantee: 'exactly-once', why: 'rows are committed with the checkpoint that names them' }
}
