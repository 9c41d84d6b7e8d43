/** Where the graph of a job reads and writes tables: operators by their numbers in a plan, with the tables that they are of. */
import { nodesIn, tableOf } from './topology.ts'

export interface TableEnd {
  readonly kind: 'source' | 'sink'
  /** Of the operator, in this plan alone. */
  readonly number: number
  /** With its catalog and database. */
  readonly table: readonly string[]
}

/** Those of what EXPLAIN JSON_EXECUTION_PLAN answered whose table is told without doubt. */
export function tableEnds(explained: string): readonly TableEnd[] {
  const read = pathsIn(explained, /\bTableSourceScan\(table=\[\[([^\]]*)/g, (text) => text.split(', ').slice(0, 3))
  const written = pathsIn(explained, /\bSink\(table=\[([^\]]*)\]/g, (text) => text.split('.'))
  return nodesIn(explained).flatMap((node): TableEnd[] => {
    const isSource = (node.predecessors ?? []).length === 0
    const table = isSource ? (tableOf(node) ?? kafkaTable(node.type, read)) : sinkTable(node.type, written)
    return table === null ? [] : [{ kind: isSource ? 'source' : 'sink', number: node.id, table }]
  })
}

/** Names with the signs that divide them are of no use: where they end is not told. */
function pathsIn(explained: string, pattern: RegExp, parts: (text: string) => readonly string[]): readonly (readonly string[])[] {
  const paths = [...explained.matchAll(pattern)].map(([, text = '']) => parts(text)).filter(({ length }) => length === 3)
  return [...new Map(paths.map((path) => [path.join('\0'), path])).values()]
}

/** The source of Kafka has a name of its own. */
function kafkaTable(name: string, read: readonly (readonly string[])[]): readonly string[] | null {
  const [, dotted] = /^Source: KafkaSource-(.*)$/.exec(name) ?? []
  return onlyOne(read.filter((path) => path.join('.') === dotted))
}

/** `totals[5]: Writer`, `Sink: totals[5]`, or the writer of files, which says no name. */
function sinkTable(name: string, written: readonly (readonly string[])[]): readonly string[] | null {
  if (name === 'StreamingFileWriter') return onlyOne(written)
  const [, plain, old] = /^(?:(.+)\[\d+\]: Writer|Sink: (.+)\[\d+\])$/.exec(name) ?? []
  return onlyOne(written.filter((path) => path[2] === (plain ?? old)))
}

function onlyOne<T>(found: readonly T[]): T | null {
  return found.length === 1 ? (found[0] ?? null) : null
}
