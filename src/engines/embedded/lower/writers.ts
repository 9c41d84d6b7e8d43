/**
 * Who writes the rows of a table: one worker, or each worker those that it has or those whose key it holds.
 *
 * Of a table that takes changes by its primary key all rows of a key have to come to one writer, in order. They do without another
 * exchange where the query has them under that key: whoever made a row makes its changes, too.
 */
import type { Sink } from '#connectors'
import { columnIndex, type Schema } from '#data'
import { FinalRows, type Output } from '#dataflow'
import type { PlanChangelog, Output as PlanOutput, Relation } from '#plan'
import { schemaOf } from '#plan'
import type { WritersNote } from '../../engine.ts'
import type { Lowering } from './lowering.ts'
import { lowerMaterialised } from './materialise.ts'
import { InputPort } from './ports.ts'

export interface WrittenOutput {
  readonly output: Extract<PlanOutput, { kind: 'insert' }>
  readonly sink: Sink
  readonly primaryKey: readonly string[]
  readonly needs: PlanChangelog['outputs'][number] | undefined
  /** Whether rows are written once no more changes come, and not as they change. */
  readonly isFinal: boolean
}

/** Who writes where several workers share a run. */
export function writersOf({ output, sink, primaryKey, needs, isFinal }: WrittenOutput): WritersNote {
  const { isShareable = false, joinOverwrites } = sink
  if (!isShareable || (output.overwrite && joinOverwrites === undefined)) return { kind: 'first', keys: [] }
  const columns = schemaOf(output.input).map(({ name }) => name)
  if (isFinal) return { kind: 'by-key', keys: primaryKey.length > 0 ? primaryKey : columns }
  const isHeldByKey = primaryKey.length === 0 || sink.takes === 'append' || needs?.isHeldByKey === true
  return needs?.materialize === true || !isHeldByKey ? { kind: 'by-key', keys: primaryKey } : { kind: 'each', keys: [] }
}

/** Makes the rows of an output flow to its writer in each worker. */
export function attachWriter(written: WrittenOutput, writers: WritersNote, receiver: Output, lowering: Lowering): void {
  const { output, primaryKey, needs, isFinal } = written
  const { input } = output
  if (needs?.materialize === true) {
    lowering.attach(input, lowerMaterialised(input, primaryKey, receiver, lowering, writers.kind === 'first'))
    return
  }
  const schema = schemaOf(input)
  const places = writers.keys.map((name) => columnIndex(schema, name))
  const port = isFinal ? finalRows(input, schema, places, receiver, lowering) : receiver
  if (writers.kind === 'each') lowering.attach(input, port)
  else {
    const types = schema.map(({ type }) => type)
    lowering.attach(input, lowering.byKeys(types, places, port, receiver))
  }
}

/** What keeps changing rows until none of them changes any more; `places` are those of the columns that decide on the worker. */
export function finalRows(relation: Relation, schema: Schema, places: readonly number[], receiver: Output, lowering: Lowering): Output {
  const types = schema.map(({ type }) => type)
  return new InputPort(lowering.keep(relation, new FinalRows(types, places, receiver)))
}
