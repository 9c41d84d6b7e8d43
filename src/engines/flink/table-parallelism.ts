/**
 * The parallelism of what reads and writes tables, by options of the tables: schedulers that do not change jobs know no other way. Such an
 * operator becomes a task of its own where its neighbours have another parallelism.
 */
import { flinkErrors } from './errors.ts'
import type { Topology, TopologyOperator } from './topology.ts'
import type { VertexEdit } from './topology-edits.ts'

/** An operator that reads or writes a table. */
export interface KnownEnd {
  readonly kind: 'source' | 'sink'
  /** Of the operator, 32 hexadecimal digits. */
  readonly id: string
  /** With its catalog and database. */
  readonly table: readonly string[]
  readonly options: Readonly<Record<string, string>>
  readonly isTemporary: boolean
}

export interface TableOption {
  readonly table: readonly string[]
  readonly key: string
  readonly value: string
}

const keys = { source: 'scan.parallelism', sink: 'sink.parallelism' } as const

/** Connectors of Flink that have such options, as their factories say. */
const takenBy: Readonly<Record<string, readonly KnownEnd['kind'][]>> = {
  datagen: ['source'],
  filesystem: ['sink'],
  jdbc: ['sink'],
  kafka: ['source', 'sink'],
  print: ['sink'],
  'upsert-kafka': ['source', 'sink'],
}

/** The options that edits come to. Edits of what the graph has no more are left out; fails with those that no option does. */
export function parallelismOptions(
  { vertices }: Topology,
  ends: readonly KnownEnd[],
  edits: readonly VertexEdit[],
): readonly TableOption[] {
  return edits.flatMap(({ id, parallelism }) => {
    const vertex = vertices.find((each) => each.id === id)
    const operators = vertex?.operators ?? vertices.flatMap((each) => each.operators.filter((operator) => operator.id === id))
    if (operators.length === 0) return []
    const options = editedEnds(operators, ends).map((end) => optionOf(end, parallelism))
    if (options.length > 0) return options
    const others = ends.filter((end) => operators.some((operator) => operator.id === end.id) && isTaken(end))
    const detail = others.map((end) => `Its operator ${end.id} writes table "${end.table[2]}", and can be edited by that id.`).join(' ')
    throw flinkErrors.ENGINE_FLINK_TASK_FIXED({ task: id }, { detail: detail === '' ? undefined : detail })
  })
}

/** A source at the head, and a sink where nothing but it is there besides. */
function editedEnds(operators: readonly TopologyOperator[], ends: readonly KnownEnd[]): readonly KnownEnd[] {
  const source = ends.find((end) => end.kind === 'source' && end.id === operators[0]?.id)
  const rest = source === undefined ? operators : operators.slice(1)
  const sinks = ends.filter((end) => end.kind === 'sink' && rest.some(({ id }) => id === end.id))
  const hasOnlySink = sinks.length === 1 && rest.every(({ name }) => ofSink.test(name))
  return [...(source === undefined ? [] : [source]), ...(hasOnlySink ? sinks : [])]
}

const ofSink = /^(?:Sink: |ConstraintEnforcer\[|SinkMaterializer\[|StreamingFileWriter$|PartitionCommitter$)|: (?:Writer|Committer)$/

function isTaken({ kind, options }: Pick<KnownEnd, 'kind' | 'options'>): boolean {
  const connector = options['connector'] ?? ''
  return Object.hasOwn(takenBy, connector) && takenBy[connector]?.includes(kind) === true
}

function optionOf({ kind, table, options, isTemporary }: KnownEnd, parallelism: number): TableOption {
  const [key, connector = '', name = ''] = [keys[kind], options['connector'], table[2]]
  if (!isTaken({ kind, options })) throw flinkErrors.ENGINE_FLINK_TABLE_FIXED({ connector, kind, table: name })
  if (isTemporary) {
    const hint = `Write '${key}' = '${parallelism}' among its options in the script.`
    throw flinkErrors.ENGINE_FLINK_TABLE_TEMPORARY({ table: name }, { hint })
  }
  return { table, key, value: String(parallelism) }
}
