/** Runs Nexmark queries as they are, over few events, and gives their answers as lines that can be compared with DuckDB's. */
import { assert, MillraceError, systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import { loadNexmarkSuite } from '#cli'
import { jsonText, type Schema } from '#data'
import { EmbeddedEngine } from '#engines'
import { FinalTable, QuerySession } from '#query'

/** Events a second of event time, so that even few of them fill several windows. */
const eventsPerSecond = 500

export interface NexmarkScript {
  readonly name: string
  /** Tables and views. */
  readonly prepare: string
  /** What the query selects. */
  readonly select: string
}

export async function nexmarkScripts(events: number, scratch: string): Promise<NexmarkScript[]> {
  const suite = await loadNexmarkSuite(events, { root: process.cwd(), scratch })
  const option = `'events.num' = '${events}'`
  assert(suite.prepare.includes(option), 'the tables name the number of events')
  const prepare = suite.prepare.replace(option, `${option}, 'first-event.rate' = '${eventsPerSecond}'`)
  return suite.queries.map(({ name, statement }) => ({ name, prepare, select: statement.slice(statement.indexOf('\nSELECT')).trim() }))
}

/** The final rows of a script's last statement, as lines of cells in no order; none where it shows nothing. */
export async function answerOf(script: string): Promise<string[]> {
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({
      clock: systemClock,
      userFunction: ({ name }) => {
        throw new MillraceError('NEXMARK_NO_FUNCTIONS', { blame: 'internal', message: `no function ${name}` }, {})
      },
    }),
    settings: {},
    clock: systemClock,
    loadFunction: (definition) => Promise.reject(new TypeError(`no function ${definition.name}`)),
  })
  let schema: Schema = []
  let final: FinalTable | undefined
  await session.run(
    script,
    {
      opened: (query) => {
        schema = query.schema
        final = new FinalTable(query.schema, query.order)
      },
      changes: (batch) => final?.apply(batch),
    },
    new AbortController().signal,
  )
  return (final?.rows() ?? []).map((row) => row.map((value, index) => cellOf(value, schema, index)).join(' | ')).sort()
}

function cellOf(value: unknown, schema: Schema, index: number): string {
  const type = schema[index]?.type
  if (value === null || type === undefined) return 'NULL'
  const text = jsonText(value, type, 'UTC')
  return plain(type.kind === 'varchar' || type.kind === 'char' ? text : text.replaceAll('"', ''))
}

/** Numbers and times without the zeros at their ends. */
export function plain(text: string): string {
  return /^(?:-?\d+|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text
}
