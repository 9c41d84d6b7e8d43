/**
 * A query while it is written: first what stands behind FROM and WHERE, then a SELECT with its list. Columns are known by their names in
 * the plan, which are unique within a relation, whatever they are called in the text.
 */
import { isReserved } from '#plan'
import type { Names } from './expression.ts'
import { columnText, nameText } from './name.ts'

/** A column of something in FROM. */
interface Place {
  readonly alias: string
  readonly column: string
}

/** A condition, with the names of tables before those of columns or without them. */
type Condition = (isFull: boolean) => string

/** What stands behind FROM, and the conditions in WHERE. */
export interface Source {
  readonly kind: 'source'
  /** A line for the first table, and for each join. */
  readonly lines: readonly string[]
  /** How many tables there are. */
  readonly tables: number
  readonly where: readonly Condition[]
  readonly columns: ReadonlyMap<string, Place>
  readonly hints: readonly string[]
}

export interface Item {
  /** In the plan, and what the column is called. */
  readonly name: string
  readonly text: string
}

/** The last keys of a query: its order, and how many rows are cut off. */
export interface Cut {
  /** A column of the list, or where it is none what it is in terms of FROM. */
  readonly orderBy: readonly { readonly column: string | null; readonly text: string; readonly words: string }[]
  readonly offset: number
  readonly limit: number | null
}

/** A SELECT. Without lines it has no FROM. */
export interface Select {
  readonly kind: 'select'
  readonly source: Source | null
  readonly list: readonly Item[]
  /** What columns are in terms of FROM, those besides that are no longer in the list. */
  readonly texts: ReadonlyMap<string, string>
  readonly hints: readonly string[]
  readonly distinct: boolean
  /** Behind WHERE. */
  readonly groupBy: string | null
  readonly cut: Cut | null
}

/** VALUES, UNION and the like, whose columns are called as in the plan or anyhow. */
export interface Body {
  readonly kind: 'body'
  readonly text: string
  readonly columns: readonly string[]
  /** Whether the text gives the columns other names than the plan. */
  readonly renames: boolean
}

export type Shape = Source | Select | Body

/** How columns of a source are called, by default in its own SELECT. */
export function namesIn(source: Source, isFull = source.tables > 1): Names {
  return namesOf(source, isFull)
}

/** How they are called where other tables may have the same names. */
export function fullNamesIn(...sources: readonly Source[]): Names {
  return namesOf({ columns: new Map(sources.flatMap((source) => [...source.columns])) }, true)
}

function namesOf({ columns }: Pick<Source, 'columns'>, isFull: boolean): Names {
  const full = (name: string): string => {
    const place = columns.get(name)
    return place === undefined ? columnText(name) : `${nameText(place.alias)}.${nameText(place.column)}`
  }
  const short = (name: string): string => columnText(columns.get(name)?.column ?? name)
  return { column: isFull ? full : short, dotted: full }
}

/** The text of a query. `columns` are those to be seen, in order. */
export function queryText(shape: Shape, columns: readonly string[]): string {
  if (shape.kind === 'body') return shape.text
  return selectText(shape.kind === 'source' ? selected(shape, columns) : shape)
}

/** A SELECT of columns as they are. */
export function selected(source: Source, columns: readonly string[]): Select {
  const names = namesIn(source)
  const list = columns.map((name): Item => ({ name, text: names.column(name) }))
  return listed(source, list)
}

export function listed(source: Source | null, list: readonly Item[]): Select {
  const passed = source === null ? [] : Array.from(source.columns.keys(), (name) => [name, fullNamesIn(source).column(name)] as const)
  const own = source === null ? [] : list.filter(({ name, text }) => !source.columns.has(name) || namesIn(source).column(name) !== text)
  const texts = new Map([...passed, ...(source === null ? list : own).map(({ name, text }) => [name, text] as const)])
  return { kind: 'select', source, list, texts, hints: [], distinct: false, groupBy: null, cut: null }
}

/** What a query without columns selects: its rows still count. */
const nothing: Item = { name: 'nothing', text: '0' }

function selectText(select: Select): string {
  const { source, distinct, groupBy, cut } = select
  const list = select.list.length === 0 ? [nothing] : select.list
  const hints = [...(source?.hints ?? []), ...select.hints]
  const head = `SELECT${hints.length === 0 ? '' : ` /*+ ${hints.join(', ')} */`}${distinct ? ' DISTINCT' : ''}`
  const places = new Set(source === null ? [] : Array.from(source.columns.keys(), fullNamesIn(source).column))
  const items = list.map((item) => itemText(item, places))
  const isShort = items.join(', ').length <= 100
  const lines = isShort
    ? [`${head} ${items.join(', ')}`]
    : [head, ...items.map((item, index) => `  ${item}${index + 1 < items.length ? ',' : ''}`)]
  if (source !== null) lines.push(...fromLines(source))
  if (groupBy !== null) lines.push(groupBy)
  return [...lines, ...(cut === null ? [] : cutLines(cut, select))].join('\n')
}

/** FROM and WHERE. */
export function fromLines(source: Source, isFull = source.tables > 1): string[] {
  const [first = '', ...joins] = source.lines
  const where = source.where.map((condition) => condition(isFull))
  return [`FROM ${first}`, ...joins, ...(where.length === 0 ? [] : [`WHERE ${where.join(' AND ')}`])]
}

/** A column that keeps its name needs no other. `places` are the columns in FROM. */
function itemText({ name, text }: Item, places: ReadonlySet<string>): string {
  const own = nameText(name)
  return text === columnText(name) || (places.has(text) && text.endsWith(`.${own}`)) ? text : `${text} AS ${own}`
}

function cutLines({ orderBy, offset, limit }: Cut, { list }: Select): string[] {
  const keys = orderBy.map(({ column, text, words }) => {
    const isListed = column !== null && list.some(({ name }) => name === column)
    return `${isListed ? columnText(column) : text}${words}`
  })
  return [
    ...(keys.length === 0 ? [] : [`ORDER BY ${keys.join(', ')}`]),
    ...(limit === null ? [] : [`LIMIT ${limit}`]),
    ...(offset === 0 ? [] : [`OFFSET ${offset}`]),
  ]
}

export function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}

/** Names for what stands in FROM, each new in its statement. */
export class Aliases {
  readonly #taken: Set<string>

  /** `taken` are names that mean something else. */
  constructor(taken: Iterable<string>) {
    this.#taken = new Set(Array.from(taken, (name) => name.toUpperCase()))
  }

  /** A plain word, which needs no quotes. */
  fresh(wanted: string): string {
    const base = /^[A-Za-z]\w*$/.test(wanted) && !isReserved(wanted.toUpperCase()) ? wanted : 't'
    let name = base
    for (let count = 2; this.#taken.has(name.toUpperCase()); count++) name = `${base}_${count}`
    this.#taken.add(name.toUpperCase())
    return name
  }
}

/** A SELECT that does nothing but name columns of FROM is what stands there. */
export function unlisted(select: Select): Shape {
  const { source, list, hints, distinct, groupBy, cut } = select
  if (source === null || distinct || groupBy !== null || cut !== null || hints.length > 0) return select
  const names = namesIn(source)
  const places = new Map(Array.from(source.columns, ([name, place]) => [names.column(name), place] as const))
  const columns = list.flatMap(({ name, text }) => {
    const place = places.get(text)
    return place === undefined ? [] : [[name, place] as const]
  })
  return columns.length === list.length ? { ...source, columns: new Map(columns) } : select
}
