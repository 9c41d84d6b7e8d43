/**
 * How long rows are on their way from a source to a sink, at 100,000 rows a second through a query without state. The source makes each
 * row when it is due; what is measured is how much later the sink has it.
 */
import type { Connector } from '#connectors'
import { numbersIn, type Vector } from '#data'
import { sessionWith } from './own-session.ts'

const rowsPerSecond = 100_000
const seconds = 10
/** The first rows are slow: code is compiled. */
const warmUpSeconds = 2

/** Milliseconds after its due time, for each row, but for a constant. */
const delays: number[] = []

const measured: Connector = {
  name: 'measured',
  options: [],
  source: null,
  sink: () => ({
    takes: 'append',
    open: () =>
      Promise.resolve({
        write: ({ columns, length }) => {
          const nowMs = performance.now()
          const numbers = numbersIn(columns[0] as Vector)
          for (let row = 0; row < length; row++) delays.push(nowMs - ((numbers[row] as number) * 1000) / rowsPerSecond)
        },
        prepare: () => Promise.resolve(null),
        commit: () => Promise.resolve(),
        close: () => Promise.resolve(),
      }),
  }),
}

await sessionWith(measured).run(
  `CREATE TABLE numbers (n BIGINT, v INT) WITH ('connector' = 'datagen', 'rows-per-second' = '${rowsPerSecond}',
     'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '${rowsPerSecond * seconds - 1}');
   CREATE TABLE sink (n BIGINT, v BIGINT) WITH ('connector' = 'measured');
   INSERT INTO sink SELECT n, v * 2 + 1 FROM numbers WHERE v <> 17;`,
  {},
  new AbortController().signal,
)
const warm = delays.slice(warmUpSeconds * rowsPerSecond)
// The fastest row took no time.
const least = warm.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
const sorted = Float64Array.from(warm, (delay) => delay - least).sort()
const at = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(1)
console.log(
  `latency\n  ${rowsPerSecond.toLocaleString('en-US')} rows/s through a filter and a projection, ${sorted.length} rows: median ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(0.999999)} ms`,
)
