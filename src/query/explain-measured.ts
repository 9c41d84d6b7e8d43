/** The plan of a run with what was measured beside its operators, as `explain --analyze` prints it. */
import { counted, printBytes } from '#base'
import { type KeySample, type OperatorTotals, type RunMetrics, totalsOf } from '#metrics'
import { type Plan, type PlanLine, planLines, rootsOf, walkRelations } from '#plan'

/** A column of numbers; one that has nothing to say in any row is left out. */
interface NumberColumn {
  readonly title: string
  /** Empty where there is nothing to say. */
  readonly text: (totals: OperatorTotals) => string
}

interface Row {
  readonly totals: OperatorTotals | null
  readonly text: string
}

export function explainMeasured(plan: Plan, metrics: RunMetrics): string {
  const totals = totalsOf(metrics.operators)
  const rows = rowsOf(plan, totals)
  const sections = [['Measured Plan', `${table(rows)}\n\n${aboutTimes(metrics)}`]]
  const keys = totals.flatMap(({ operatorName, heaviestKeys }) => (heaviestKeys === null ? [] : keyLines(operatorName, heaviestKeys)))
  if (keys.length > 0) sections.push(['Heaviest Keys', keys.join('\n')])
  const { numberOfCompletedCheckpoints: taken, lastCheckpointDuration: ms, lastCheckpointSize: bytes } = metrics.checkpoints
  if (ms !== null && bytes !== null) {
    sections.push(['Checkpoints', `${counted(taken, 'checkpoint')}; the last took ${Math.round(ms)} ms and wrote ${printBytes(bytes)}`])
  }
  return sections.map(([title, text]) => `== ${title} ==\n${text}\n`).join('\n')
}

/** The lines of the tree, and behind each that has an exchange what is done before it. */
function rowsOf(plan: Plan, totals: readonly OperatorTotals[]): Row[] {
  const numbers = new Map<PlanLine['shows'], number>()
  walkRelations(rootsOf(plan), (relation) => numbers.set(relation, numbers.size + 1))
  for (const output of plan.outputs) numbers.set(output, numbers.size + 1)
  const ofNode = Map.groupBy(totals, ({ nodes }) => nodes[0])
  return planLines(plan).flatMap((lines, index) => [
    ...(index === 0 ? [] : [{ totals: null, text: '' }]),
    ...lines.flatMap(({ text, shows }) => {
      const all = ofNode.get(numbers.get(shows)) ?? []
      const own = all.find(({ operatorId }) => /^\d+$/.test(operatorId)) ?? null
      const others = all.filter((each) => each !== own).map((each) => ({ totals: each, text: `${stemOf(text)}~ ${each.operatorName}` }))
      return [{ totals: own, text }, ...others]
    }),
  ])
}

/** What stands before a line, without its own branch. */
function stemOf(text: string): string {
  const stem = /^[ :+-]*/.exec(text)?.[0] ?? ''
  return stem.replace(/\+- $/, '   ').replace(/:- $/, ':  ')
}

const columns: readonly NumberColumn[] = [
  { title: 'rows in', text: ({ numRecordsIn }) => numRecordsIn.toLocaleString('en-US') },
  { title: 'rows out', text: ({ numRecordsOut }) => numRecordsOut.toLocaleString('en-US') },
  { title: 'late', text: ({ numLateRecordsDropped: rows }) => (rows === 0 ? '' : rows.toLocaleString('en-US')) },
  { title: 'busy', text: ({ busyShare }) => percent(busyShare) },
  { title: 'back pressure', text: ({ backPressuredShare: share }) => (share < 0.005 ? '' : percent(share)) },
  { title: 'state', text: ({ stateBytes }) => (stateBytes === 0 ? '' : printBytes(stateBytes)) },
  { title: 'on disk', text: ({ spilledBytes }) => (spilledBytes === 0 ? '' : printBytes(spilledBytes)) },
  { title: 'watermark', text: ({ currentOutputWatermark: atMs }) => (atMs === null ? '' : timeText(atMs)) },
]

function table(rows: readonly Row[]): string {
  const texts = columns.map(({ title, text }) => ({ title, cells: rows.map(({ totals }) => (totals === null ? '' : text(totals))) }))
  const shown = texts.filter(({ cells }) => cells.some((cell) => cell !== ''))
  const widths = shown.map(({ title, cells }) => Math.max(title.length, ...cells.map((cell) => cell.length)))
  const line = (cells: readonly string[], text: string): string =>
    `${cells.map((cell, index) => cell.padStart(widths[index] ?? 0)).join('  ')}  ${text}`.trimEnd()
  const head = line(
    shown.map(({ title }) => title),
    'operator',
  )
  const body = rows.map(({ text }, row) =>
    line(
      shown.map(({ cells }) => cells[row] ?? ''),
      text,
    ),
  )
  return [head, ...body].join('\n')
}

function aboutTimes({ operators }: RunMetrics): string {
  const lives = operators.map((each) => each.accumulatedBusyTimeMs + each.accumulatedIdleTimeMs + each.accumulatedBackPressuredTimeMs)
  const workers = new Set(operators.map(({ subtask }) => subtask)).size
  const lifeMs = Math.max(0, ...lives)
  const time = lifeMs < 1000 ? `${Math.round(lifeMs)} ms` : `${(lifeMs / 1000).toFixed(1)} s`
  const shares = workers > 1 ? `, shares of time are those of the busiest of ${workers} workers` : ''
  return `${time}${shares}. A line without numbers is computed together with the next one above that has some.`
}

/** Keys of which it is certain that they are heavy. */
function keyLines(name: string, { keys, sampledRows }: KeySample): string[] {
  const heavy = keys.filter(({ share, error }) => share - error >= heavyShare)
  if (heavy.length === 0) return []
  const texts = heavy.map(({ key, share }) => {
    const values = Object.entries(key).map(([column, value]) => `${column}=${value}`)
    return `${values.join(', ')}: ${percent(share)}`
  })
  return [`${name}, of ${counted(sampledRows, 'row')} looked at`, ...texts.map((text) => `  ${text}`)]
}

const heavyShare = 0.02

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`
}

function timeText(epochMs: number): string {
  if (Math.abs(epochMs) > 8.64e15) return ''
  return new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')
}
