/** Writes a plan as the tree that EXPLAIN shows: one relation a line, in the words of Flink's plans. */
import { printDuration, shownOption } from '#base'
import { printType } from '#data'
import { asOfTimeOf } from './as-of.ts'
import { joinTimeOf } from './join-time.ts'
import type {
  Aggregate,
  FromChangelog,
  Join,
  LookupHint,
  Measure,
  NamedExpression,
  Output,
  Over,
  OverMeasure,
  Plan,
  Relation,
  Scan,
  SortKey,
  ToChangelog,
  Top,
  Unnest,
  Window,
} from './plan.ts'
import { printExpression, printName, printText } from './print-expression.ts'
import { printMatch } from './print-match.ts'
import { schemaOf } from './schema.ts'
import { inputsOf, match, rootsOf, sharedRelations } from './visit.ts'

/** What stands in square brackets behind an attribute; null leaves the attribute out. */
type Attributes = readonly (readonly [name: string, value: string | null])[]

/** A note that is added to the line of a relation, such as its changelog mode; null adds nothing. */
export type RelationNote = (relation: Relation) => Attributes

/** The plan as a tree, one relation a line. A relation that is read twice is written once and referred to afterwards. */
export function printPlan(plan: Plan, note: RelationNote = () => []): string {
  const printer = new PlanPrinter(rootsOf(plan), note)
  return plan.outputs.map((output) => linesOf(printer.tree(output.input, printOutputLine(output))).join('\n')).join('\n\n')
}

/** A line of the tree, and what it stands for: an output, a relation, or null for one that was written before. */
export interface PlanLine {
  readonly text: string
  readonly shows: Output | Relation | null
}

/** The tree line by line, by output. */
export function planLines(plan: Plan): readonly (readonly PlanLine[])[] {
  const printer = new PlanPrinter(rootsOf(plan), () => [])
  return plan.outputs.map((output) => {
    const lines = printer.tree(output.input, printOutputLine(output))
    return linesOf(lines).map((text, index) => ({ text, shows: index === 0 ? output : (lines[index]?.relation ?? null) }))
  })
}

/** A line before its branch is drawn. */
interface TreeLine {
  readonly depth: number
  readonly text: string
  readonly relation: Relation | null
}

/** The line of one relation alone. */
export function printRelationLine(relation: Relation): string {
  const [name, attributes] = describe(relation)
  return printLine(name, attributes)
}

class PlanPrinter {
  readonly #note: RelationNote
  readonly #shared: ReadonlySet<Relation>
  readonly #ids = new Map<Relation, number>()

  constructor(roots: readonly Relation[], note: RelationNote) {
    this.#note = note
    this.#shared = sharedRelations(roots)
  }

  tree(relation: Relation, output: string): TreeLine[] {
    const lines: TreeLine[] = [{ depth: 0, text: output, relation: null }]
    this.#write(relation, 1, lines)
    return lines
  }

  /** Depth-first with a stack of its own: plans can be deep. */
  #write(root: Relation, depth: number, lines: TreeLine[]): void {
    const open = [{ relation: root, depth }]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { relation } = next
      const id = this.#ids.get(relation)
      if (id !== undefined) {
        lines.push({ depth: next.depth, text: `Reused(reference_id=[${id}])`, relation: null })
        continue
      }
      lines.push({ depth: next.depth, text: this.#line(relation), relation })
      for (const input of [...inputsOf(relation)].reverse()) open.push({ relation: input, depth: next.depth + 1 })
    }
  }

  #line(relation: Relation): string {
    const shared: Attributes = this.#shared.has(relation) ? [['reuse_id', String(this.#ids.size + 1)]] : []
    if (shared.length > 0) this.#ids.set(relation, this.#ids.size + 1)
    const [name, attributes] = describe(relation)
    return printLine(name, [...attributes, ...this.#note(relation), ...shared])
  }
}

/** Draws the branches: `+-` before the last input of a relation, `:-` before the others. */
function linesOf(lines: readonly TreeLine[]): string[] {
  const followed: boolean[] = []
  const drawn: string[] = []
  for (let index = lines.length - 1; index >= 0; index--) {
    const { depth, text } = lines[index] as TreeLine
    followed.length = depth + 1
    const stem = Array.from({ length: Math.max(0, depth - 1) }, (_, level) => (followed[level + 1] === true ? ':  ' : '   ')).join('')
    const branch = depth === 0 ? '' : followed[depth] === true ? ':- ' : '+- '
    drawn.push(stem + branch + text)
    followed[depth] = true
  }
  return drawn.reverse()
}

function printLine(name: string, attributes: Attributes): string {
  const texts = attributes.flatMap(([key, value]) => (value === null || value === '' ? [] : [`${key}=[${value}]`]))
  return `${name}(${texts.join(', ')})`
}

export function printOutputLine(output: Output): string {
  const fields = list(schemaOf(output.input).map((column) => printName(column.name)))
  if (output.kind === 'collect') return printLine('Collect', [['fields', fields]])
  return printLine('Sink', [
    ['table', output.table.join('.')],
    ['fields', fields],
    ['takes', output.takes ?? null],
    ['overwrite', output.overwrite ? 'true' : null],
    ['options', printOptions(output.options)],
  ])
}

function describe(relation: Relation): readonly [name: string, attributes: Attributes] {
  return match<readonly [string, Attributes]>(relation, {
    scan: (scan) => ['TableSourceScan', scanAttributes(scan)],
    values: ({ columns, rows }) => [
      'Values',
      [
        ['type', list(columns.map((column) => `${printName(column.name)} ${printType(column.type)}`))],
        ['tuples', list(rows.map((row) => `(${list(row.map(printExpression))})`))],
      ],
    ],
    watermark: ({ column, watermark }) => [
      'WatermarkAssigner',
      [
        ['rowtime', printName(column)],
        ['watermark', printExpression(watermark)],
      ],
    ],
    filter: ({ condition }) => ['Filter', [['where', printExpression(condition)]]],
    project: ({ columns }) => ['Project', [['select', list(columns.map(printNamed))]]],
    unnest: (unnest) => ['Correlate', unnestAttributes(unnest)],
    window: (window) => [
      'WindowTableFunction',
      [
        ['window', printWindow(window)],
        ['as', list([window.start, window.end, window.timeName])],
      ],
    ],
    aggregate: (aggregate) => [aggregate.window === null ? 'GroupAggregate' : 'WindowAggregate', aggregateAttributes(aggregate)],
    over: (over) => ['OverAggregate', overAttributes(over)],
    join: (join) => [joinName(join), joinAttributes(join)],
    union: () => ['Union', [['all', 'true']]],
    distinct: ({ stateTtlMs }) => ['Distinct', [['stateTtl', printTtl(stateTtlMs)]]],
    top: (top) => ['Rank', topAttributes(top)],
    sort: ({ orderBy, offset, limit }) => [
      orderBy.length === 0 ? 'Limit' : limit === null && offset === 0 ? 'Sort' : 'SortLimit',
      [
        ['orderBy', printOrder(orderBy)],
        ['offset', offset === 0 && limit === null ? null : String(offset)],
        ['fetch', limit === null ? null : String(limit)],
      ],
    ],
    match: (relation) => ['Match', printMatch(relation)],
    'to-changelog': (relation) => ['ProcessTableFunction', changelogAttributes('TO_CHANGELOG', relation)],
    normalise: ({ key }) => ['ChangelogNormalize', [['key', list(key.map(printName))]]],
    'from-changelog': (relation) => ['ProcessTableFunction', changelogAttributes('FROM_CHANGELOG', relation)],
  })
}

function scanAttributes({ table, columns, sources, conditions, options }: Scan): Attributes {
  const fields = columns.map((column) => {
    const source = sources[column.name]
    if (source === undefined || (source.kind === 'physical' && source.key === column.name)) return printName(column.name)
    return `${source.kind === 'metadata' ? `METADATA '${source.key}'` : printName(source.key)} AS ${printName(column.name)}`
  })
  return [
    ['table', table.join('.')],
    ['fields', list(fields)],
    ['filter', list(conditions.map(printExpression), ' AND ')],
    ['options', printOptions(options)],
  ]
}

function unnestAttributes({ collection, columns, ordinality, join }: Unnest): Attributes {
  return [
    [
      'invocation',
      collection.kind === 'call' && collection.function === 'USER_FUNCTION'
        ? printExpression(collection)
        : `UNNEST(${printExpression(collection)})`,
    ],
    ['joinType', join.toUpperCase()],
    ['select', list([...columns.map((column) => column.name), ...(ordinality === null ? [] : [ordinality])].map(printName))],
  ]
}

function changelogAttributes(name: string, relation: ToChangelog | FromChangelog): Attributes {
  const { op, codes } = relation
  const pairs = codes.map(({ code, change }) => (name === 'TO_CHANGELOG' ? [change, code] : [code, change]))
  const isOwn = codes.length === 4 && codes.every(({ code, change }) => code === change)
  const mapping = isOwn ? '' : `, op_mapping => MAP[${list(pairs.flat().map(printText))}]`
  return [
    ['invocation', `${name}(op => DESCRIPTOR(${printName(op)})${mapping})`],
    ['select', list(schemaOf(relation).map((column) => printName(column.name)))],
  ]
}

function printWindow({ time, shape }: Window): string {
  const parts = [`time_col=[${printName(time)}]`]
  const add = (name: string, ms: number) => parts.push(`${name}=[${printDuration(ms)}]`)
  switch (shape.kind) {
    case 'hop':
      add('slide', shape.slideMs)
      break
    case 'cumulate':
      add('step', shape.stepMs)
      break
    case 'session':
      add('gap', shape.gapMs)
      if (shape.partitionBy.length > 0) parts.push(`partition keys=[${list(shape.partitionBy.map(printName))}]`)
      break
    case 'tumble':
  }
  if (shape.kind !== 'session') add(shape.kind === 'cumulate' ? 'max_size' : 'size', shape.sizeMs)
  if (shape.kind !== 'session' && shape.offsetMs !== 0) add('offset', shape.offsetMs)
  return `${shape.kind.toUpperCase()}(${parts.join(', ')})`
}

function aggregateAttributes({ keys, measures, window, groupingSets, stateTtlMs }: Aggregate): Attributes {
  const sets = groupingSets === null ? null : list(groupingSets.sets.map((set) => `(${list(set.map(printName))})`))
  const id = groupingSets === null ? [] : [`GROUPING_ID AS ${printName(groupingSets.groupingId)}`]
  return [
    ['groupBy', list(keys.map(printName))],
    ['groupingSets', sets],
    ['window', window === null ? null : list([window.start, window.end].map(printName))],
    ['select', list([...keys.map(printName), ...measures.map(printMeasure), ...id])],
    ['stateTtl', printTtl(stateTtlMs)],
  ]
}

function printTtl(stateTtlMs: number | undefined): string | null {
  return stateTtlMs === undefined ? null : printDuration(stateTtlMs)
}

function printMeasure(measure: Measure): string {
  return `${printAggregate(measure)}${measure.filter === null ? '' : ` FILTER ${printExpression(measure.filter)}`} AS ${printName(measure.name)}`
}

function printAggregate(measure: Measure | OverMeasure): string {
  const name = 'user' in measure && measure.user !== undefined ? measure.user.name : measure.function
  const args = measure.arguments.length === 0 && measure.function === 'COUNT' ? '*' : list(measure.arguments.map(printExpression))
  return `${name}(${measure.distinct ? 'DISTINCT ' : ''}${args})`
}

function overAttributes({ partitionBy, orderBy, frame, measures }: Over): Attributes {
  const { unit, preceding, following } = frame
  const start = preceding === null ? 'UNBOUNDED' : unit === 'rows' ? String(preceding) : printDuration(preceding)
  const end = following === undefined ? 'CURRENT ROW' : `${following ?? 'UNBOUNDED'} FOLLOWING`
  return [
    ['partitionBy', list(partitionBy.map(printName))],
    ['orderBy', printOrder(orderBy)],
    ['window', `${unit.toUpperCase()} BETWEEN ${start} PRECEDING AND ${end}`],
    ['select', list(measures.map((measure) => `${printAggregate(measure)} AS ${printName(measure.name)}`))],
  ]
}

function joinName(join: Join): string {
  const asOf = asOfTimeOf(join)
  if (asOf !== null) return asOf.kind === 'processing-time' ? 'LookupJoin' : 'TemporalJoin'
  const time = joinTimeOf(join, schemaOf(join.left), schemaOf(join.right))
  return time === null ? 'Join' : time.kind === 'window' ? 'WindowJoin' : 'IntervalJoin'
}

const joinWords = {
  inner: 'InnerJoin',
  left: 'LeftOuterJoin',
  right: 'RightOuterJoin',
  full: 'FullOuterJoin',
  semi: 'LeftSemiJoin',
  anti: 'LeftAntiJoin',
}

function joinAttributes({ type, equal, condition, asOf, lookup, stateTtlMs = {} }: Join): Attributes {
  const keys = equal.map(
    ({ left, right, nullsEqual }) => `${printName(left)} ${nullsEqual ? 'IS NOT DISTINCT FROM' : '='} ${printName(right)}`,
  )
  return [
    ['joinType', joinWords[type]],
    ['on', list(keys, ' AND ')],
    ['where', condition === null ? null : printExpression(condition)],
    ['asOf', asOf === null ? null : printName(asOf)],
    ['lookup', lookup === undefined ? null : printLookup(lookup)],
    ['stateTtl', list(Object.entries(stateTtlMs).map(([side, ms]) => `${side}=${printDuration(ms)}`))],
  ]
}

function printLookup({ async, capacity, timeoutMs, retry }: LookupHint): string {
  const parts: string[] = []
  if (async !== undefined) parts.push(`async=${async}`)
  if (capacity !== undefined) parts.push(`capacity=${capacity}`)
  if (timeoutMs !== undefined) parts.push(`timeout=${printDuration(timeoutMs)}`)
  if (retry !== undefined) parts.push(`retry=${retry.attempts} times after ${printDuration(retry.delayMs)}`)
  return list(parts)
}

function topAttributes({ function: rankType, from, to, partitionBy, orderBy, rank }: Top): Attributes {
  return [
    ['rankType', rankType],
    ['rankRange', `rankStart=${from}, rankEnd=${to}`],
    ['partitionBy', list(partitionBy.map(printName))],
    ['orderBy', printOrder(orderBy)],
    ['rank', rank === null ? null : printName(rank)],
  ]
}

/** `a ASC, b DESC NULLS FIRST`: NULLs come first in ascending order unless it says otherwise, as in Flink. */
function printOrder(keys: readonly SortKey[]): string {
  return list(
    keys.map(({ column, descending, nullsFirst }) => {
      const nulls = nullsFirst === !descending ? '' : nullsFirst ? ' NULLS FIRST' : ' NULLS LAST'
      return `${printName(column)} ${descending ? 'DESC' : 'ASC'}${nulls}`
    }),
  )
}

/** `name`, or `expression AS name`. */
function printNamed({ name, value }: NamedExpression): string {
  return value.kind === 'column' && value.name === name ? printName(name) : `${printExpression(value)} AS ${printName(name)}`
}

function printOptions(options: Readonly<Record<string, string>>): string | null {
  const entries = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.length === 0 ? null : list(entries.map(([key, value]) => `${key}=${shownOption(key, value)}`))
}

function list(parts: readonly string[], between = ', '): string {
  return parts.join(between)
}
