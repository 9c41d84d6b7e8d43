/**
 * Random bounded queries over random tables, in SQL that Flink and DuckDB read alike: same meaning of NULL, of division (not used), of
 * comparison and of order. What differs between the two by design is written so that it does not matter: see `dialect`.
 */

/** A small generator of numbers from a seed: the same seed gives the same query on every machine. */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e3779b9) >>> 0
    for (let i = 0; i < 4; i++) this.#next()
  }

  /** A whole number from 0 up to, without, the bound. */
  below(bound: number): number {
    return this.#next() % bound
  }

  chance(percent: number): boolean {
    return this.below(100) < percent
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}

export type Kind = 'int' | 'bigint' | 'text' | 'decimal' | 'timestamp' | 'boolean'

export interface OracleTable {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly kind: Kind }[]
  readonly rows: readonly (readonly (number | string | boolean | null)[])[]
}

export interface OracleQuery {
  readonly seed: number
  readonly tables: readonly OracleTable[]
  /** For Millrace. */
  readonly sql: string
  /** The same for DuckDB. */
  readonly duckSql: string
  /** Whether ORDER BY sorts by all columns, so that rows can be compared in order. */
  readonly ordered: boolean
}

export const shapes: readonly { readonly name: string; readonly columns: OracleTable['columns'] }[] = [
  {
    name: 'a',
    columns: [
      { name: 'id', kind: 'int' },
      { name: 'k', kind: 'int' },
      { name: 'big', kind: 'bigint' },
      { name: 's', kind: 'text' },
      { name: 'd', kind: 'decimal' },
      { name: 'ts', kind: 'timestamp' },
    ],
  },
  {
    name: 'b',
    columns: [
      { name: 'id', kind: 'int' },
      { name: 'k', kind: 'int' },
      { name: 's', kind: 'text' },
      { name: 'd', kind: 'decimal' },
      { name: 'f', kind: 'boolean' },
    ],
  },
  {
    name: 'c',
    columns: [
      { name: 'id', kind: 'int' },
      { name: 'k', kind: 'int' },
      { name: 's', kind: 'text' },
    ],
  },
]

/** A query over random tables; `write` says which kind of query. */
export function randomQuery(seed: number, write: Statement = (dice) => new QueryWriter(dice).statement()): OracleQuery {
  const dice = new Dice(seed)
  const tables = shapes.map(({ name, columns }) => {
    const length = dice.chance(5) ? 0 : 1 + dice.below(dice.chance(20) ? 300 : 30)
    const rows = Array.from({ length }, (_, row) => columns.map((column) => randomValue(dice, column, row)))
    return { name, columns, rows }
  })
  const { sql, ordered } = write(dice)
  return { seed, tables, sql: dialect(sql, 'millrace'), duckSql: dialect(sql, 'duckdb'), ordered }
}

export type Statement = (dice: Dice) => { readonly sql: string; readonly ordered: boolean }

const words = ['', 'a', 'b', 'ab', 'B', 'zeta', 'é', '世界', 'a b', 'x%']

function randomValue(dice: Dice, { name, kind }: { name: string; kind: Kind }, row: number): number | string | boolean | null {
  if (name === 'id') return row
  if (dice.chance(15)) return null
  switch (kind) {
    case 'int':
      return dice.below(7) - 1
    case 'bigint':
      return (dice.below(9) - 4) * (dice.chance(50) ? 1 : 1_000_000_007)
    case 'text':
      return dice.pick(words)
    case 'decimal':
      return (dice.below(2001) - 1000) / 100
    case 'boolean':
      return dice.chance(50)
    case 'timestamp':
      return `2024-01-0${1 + dice.below(3)} ${String(dice.below(24)).padStart(2, '0')}:${String(dice.below(60)).padStart(2, '0')}:00`
  }
}

/** Where the two dialects write the same thing in different ways: parts of a time, windows, and where NULLs stand in an order. */
function dialect(sql: string, target: 'millrace' | 'duckdb'): string {
  const ours = target === 'millrace'
  return sql
    .replace(/\{hour ([^}]+)\}/g, ours ? 'FLOOR($1 TO HOUR)' : "date_trunc('hour', $1)")
    .replace(/\{day ([^}]+)\}/g, ours ? 'FLOOR($1 TO DAY)' : "CAST(date_trunc('day', $1) AS TIMESTAMP)")
    .replace(/\{start (\w+)\}/g, ours ? 'window_start' : "CAST(date_trunc('$1', ts) AS TIMESTAMP)")
    .replace(/\{windows (\w+)\}/g, ours ? 'window_start, window_end' : "date_trunc('$1', ts)")
    .replace(/\{windowed (\w+)\}/g, ours ? "TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '1' $1))" : 'a')
    .replace(/\{desc\}/g, ours ? 'DESC' : 'DESC NULLS LAST')
    .replace(/\{asc\}/g, ours ? 'ASC' : 'ASC NULLS FIRST')
}

export interface Selected {
  readonly sql: string
  readonly columns: readonly { readonly name: string; readonly kind: Kind }[]
}

/** Columns that can be named, with the alias of their input. */
export type Scope = readonly { readonly text: string; readonly kind: Kind }[]

export class QueryWriter {
  readonly #dice: Dice
  #aliases = 0

  constructor(dice: Dice) {
    this.#dice = dice
  }

  statement(): { readonly sql: string; readonly ordered: boolean } {
    const dice = this.#dice
    const query = this.query(2)
    if (!dice.chance(30)) return { sql: query.sql, ordered: false }
    const keys = query.columns.map(({ name }) => `${name} {${dice.pick(['asc', 'desc'])}}`)
    const limit = dice.chance(60) ? ` LIMIT ${dice.below(12)}${dice.chance(40) ? ` OFFSET ${dice.below(5)}` : ''}` : ''
    const columns = query.columns.map(({ name }) => name).join(', ')
    return { sql: `SELECT ${columns} FROM (${query.sql}) AS o ORDER BY ${keys.join(', ')}${limit}`, ordered: true }
  }

  query(depth: number): Selected {
    const dice = this.#dice
    const roll = dice.below(100)
    if (depth > 0 && roll < 18) return this.#setOperation(depth)
    if (roll < 23) return this.#window()
    if (roll < 55) return this.#aggregate(depth)
    if (roll < 65) return this.#distinct(depth)
    if (roll < 72) return this.#top(depth)
    return this.#projection(depth)
  }

  /** An input and the columns of it: a table, a query, or a join of two. */
  #input(depth: number): { readonly from: string; readonly scope: Scope } {
    const left = this.#source(depth)
    if (!this.#dice.chance(45)) return left
    const right = this.#source(depth)
    const kind = this.#dice.pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'] as const)
    const equal = this.#equality(left.scope, right.scope)
    if (equal === null) return left
    // Two inputs compared in more than keys: full joins with such a condition are where engines differ, and so are tested most.
    const more = this.#dice.chance(30) ? ` AND ${this.comparison([...left.scope, ...right.scope])}` : ''
    return { from: `${left.from} ${kind} ${right.from} ON ${equal}${more}`, scope: [...left.scope, ...right.scope] }
  }

  #equality(left: Scope, right: Scope): string | null {
    const pairs = left.flatMap((a) => right.flatMap((b) => (a.kind === b.kind && a.kind !== 'decimal' ? [`${a.text} = ${b.text}`] : [])))
    return pairs.length === 0 ? null : this.#dice.pick(pairs)
  }

  #source(depth: number): { readonly from: string; readonly scope: Scope } {
    const alias = `t${this.#aliases++}`
    if (depth > 0 && this.#dice.chance(35)) {
      const { sql, columns } = this.query(depth - 1)
      return { from: `(${sql}) AS ${alias}`, scope: columns.map(({ name, kind }) => ({ text: `${alias}.${name}`, kind })) }
    }
    const { name, columns } = this.#dice.pick(shapes)
    return { from: `${name} AS ${alias}`, scope: columns.map((column) => ({ text: `${alias}.${column.name}`, kind: column.kind })) }
  }

  #where(scope: Scope, depth: number): string {
    const dice = this.#dice
    if (!dice.chance(60)) return ''
    if (depth > 0 && dice.chance(20)) {
      const not = dice.chance(20) ? 'NOT ' : ''
      return ` WHERE ${not}(${this.#subQuery(scope)} ${dice.pick(['AND', 'OR'])} ${this.#condition(scope)})`
    }
    const conditions = Array.from({ length: 1 + dice.below(2) }, () => this.#condition(scope))
    return ` WHERE ${conditions.join(dice.chance(70) ? ' AND ' : ' OR ')}`
  }

  #condition(scope: Scope): string {
    const dice = this.#dice
    const condition = this.comparison(scope)
    return dice.chance(20) ? `NOT (${condition})` : condition
  }

  /** IN and EXISTS over a table, most of them without NULLs inside. */
  #subQuery(scope: Scope): string {
    const dice = this.#dice
    const alias = `t${this.#aliases++}`
    const { name, columns } = dice.pick(shapes)
    const inner: Scope = columns.map((column) => ({ text: `${alias}.${column.name}`, kind: column.kind }))
    const pairs = scope.flatMap((a) => inner.flatMap((b) => (a.kind === b.kind && a.kind !== 'decimal' ? [{ a, b }] : [])))
    if (pairs.length === 0) return this.comparison(scope)
    const { a, b } = dice.pick(pairs)
    const where = dice.chance(50) ? ` AND ${this.comparison(inner)}` : ''
    const not = dice.chance(40) ? 'NOT ' : ''
    if (dice.chance(50)) return `${not}EXISTS (SELECT 1 FROM ${name} AS ${alias} WHERE ${a.text} = ${b.text}${where})`
    return `${a.text} ${not}IN (SELECT ${b.text} FROM ${name} AS ${alias} WHERE ${dice.chance(80) ? `${b.text} IS NOT NULL` : '1 = 1'}${where})`
  }

  comparison(scope: Scope): string {
    const dice = this.#dice
    const { text, kind } = dice.pick(scope)
    if (dice.chance(15)) return `${text} IS ${dice.chance(50) ? 'NOT ' : ''}NULL`
    const others = scope.filter((each) => each.kind === kind && each.text !== text)
    const other = others.length > 0 && dice.chance(40) ? dice.pick(others).text : this.literal(kind)
    if (kind === 'boolean') return dice.chance(50) ? text : `${text} IS NOT TRUE`
    if (kind === 'text' && dice.chance(25)) return `${text} LIKE '${dice.pick(['a%', '%b', '_', '%é%', '%'])}'`
    if (kind !== 'timestamp' && dice.chance(15)) return `${text} IN (${this.literal(kind)}, ${this.literal(kind)})`
    if (dice.chance(10)) return `${text} IS ${dice.chance(50) ? 'NOT ' : ''}DISTINCT FROM ${other}`
    if (dice.chance(10)) return `${text} BETWEEN ${this.literal(kind)} AND ${other}`
    return `${text} ${dice.pick(['=', '<>', '<', '<=', '>', '>='])} ${other}`
  }

  literal(kind: Kind): string {
    const dice = this.#dice
    switch (kind) {
      case 'int':
        return String(dice.below(7) - 1)
      case 'bigint':
        return String((dice.below(9) - 4) * 1_000_000_007)
      case 'text':
        return `'${dice.pick(words)}'`
      case 'decimal':
        return `${dice.below(10)}.${dice.below(10)}0`
      case 'timestamp':
        return `TIMESTAMP '2024-01-02 ${String(dice.below(24)).padStart(2, '0')}:00:00'`
      case 'boolean':
        return dice.pick(['TRUE', 'FALSE'])
    }
  }

  #expression(scope: Scope): { readonly text: string; readonly kind: Kind } {
    const dice = this.#dice
    const column = dice.pick(scope)
    const { text, kind } = column
    if (dice.chance(55)) return column
    switch (kind) {
      case 'int':
        return {
          text: dice.pick([`${text} + 1`, `${text} * 2`, `COALESCE(${text}, 0)`, `CASE WHEN ${text} > 2 THEN 1 ELSE ${text} END`]),
          kind,
        }
      case 'bigint':
        return { text: dice.pick([`${text} - 5`, `COALESCE(${text}, 7)`, `ABS(${text})`]), kind }
      case 'text':
        return {
          text: dice.pick([`UPPER(${text})`, `${text} || 'x'`, `COALESCE(${text}, '-')`, `NULLIF(${text}, 'a')`, `TRIM(${text})`]),
          kind,
        }
      case 'decimal':
        return { text: dice.pick([`${text} + 1.50`, `-${text}`, `ABS(${text})`, `COALESCE(${text}, 0.00)`]), kind: 'decimal' }
      case 'timestamp':
        return { text: dice.pick([`{hour ${text}}`, `{day ${text}}`, `${text} + INTERVAL '1' HOUR`]), kind }
      case 'boolean':
        return { text: dice.pick([`NOT ${text}`, `${text} IS TRUE`, `COALESCE(${text}, FALSE)`]), kind }
    }
  }

  #projection(depth: number): Selected {
    const { from, scope } = this.#input(depth)
    const test = depth > 0 && this.#dice.chance(15) ? [{ text: `(${this.#subQuery(scope)})`, kind: 'boolean' as const }] : []
    const columns = [...Array.from({ length: 1 + this.#dice.below(4) }, () => this.#expression(scope)), ...test]
    return named(columns, (list) => `SELECT ${list} FROM ${from}${this.#where(scope, depth)}`)
  }

  #distinct(depth: number): Selected {
    const { from, scope } = this.#input(depth)
    const columns = Array.from({ length: 1 + this.#dice.below(2) }, () => this.#expression(scope))
    return named(columns, (list) => `SELECT DISTINCT ${list} FROM ${from}${this.#where(scope, depth)}`)
  }

  #aggregate(depth: number): Selected {
    const dice = this.#dice
    const { from, scope } = this.#input(depth)
    const where = this.#where(scope, depth)
    const groups = Array.from({ length: dice.below(3) }, () => this.#expression(scope))
    // Of a key that is written twice Flink has each set once, DuckDB as often.
    const sets = groups.length === 2 && groups[0]?.text !== groups[1]?.text && dice.chance(30) ? dice.pick(['ROLLUP', 'CUBE']) : null
    const aggregates = Array.from({ length: 1 + dice.below(3) }, () => this.#aggregateCall(scope))
    const condition = dice.chance(25) ? ` HAVING COUNT(*) > ${dice.below(3)}` : ''
    const keys = groups.map(({ text }) => text).join(', ')
    // A stream has no row for an empty input without groups, where a batch has one: a condition makes them alike.
    const having = sets !== null || groups.length === 0 ? ' HAVING COUNT(*) > 0' : condition
    const groupBy = groups.length === 0 ? '' : ` GROUP BY ${sets === null ? keys : `${sets} (${keys})`}`
    return named([...groups, ...aggregates], (list) => `SELECT ${list} FROM ${from}${where}${groupBy}${having}`)
  }

  #aggregateCall(scope: Scope): { readonly text: string; readonly kind: Kind } {
    const dice = this.#dice
    const { text, kind } = dice.pick(scope)
    const filter = dice.chance(20) ? ` FILTER (WHERE ${this.comparison(scope)})` : ''
    const distinct = dice.chance(20) ? 'DISTINCT ' : ''
    if (dice.chance(25)) return { text: `COUNT(*)${filter}`, kind: 'bigint' }
    if (dice.chance(25)) return { text: `COUNT(${distinct}${text})${filter}`, kind: 'bigint' }
    if (kind === 'boolean') return { text: `COUNT(${text})${filter}`, kind: 'bigint' }
    if (kind === 'int' || kind === 'bigint') {
      if (dice.chance(50)) return { text: `CAST(SUM(${distinct}CAST(${text} AS BIGINT))${filter} AS BIGINT)`, kind: 'bigint' }
    }
    if (kind === 'decimal' && dice.chance(50)) return { text: `CAST(SUM(${distinct}${text})${filter} AS DECIMAL(18, 2))`, kind: 'decimal' }
    return { text: `${dice.pick(['MIN', 'MAX'])}(${text})${filter}`, kind }
  }

  /** Tumbling windows; DuckDB cuts the times themselves. Nothing is late: the watermark of the table stays far behind. */
  #window(): Selected {
    const dice = this.#dice
    const scope: Scope = shapes[0]?.columns.map(({ name, kind }) => ({ text: name, kind })) ?? []
    const unit = dice.pick(['hour', 'day'])
    const where = ` WHERE ts IS NOT NULL${dice.chance(40) ? ` AND ${this.comparison(scope)}` : ''}`
    const key = dice.chance(50) ? dice.pick(scope) : null
    const aggregates = Array.from({ length: 1 + dice.below(3) }, () => this.#aggregateCall(scope))
    const groups = [{ text: `{start ${unit}}`, kind: 'timestamp' as const }, ...(key === null ? [] : [key])]
    const groupBy = `{windows ${unit}}${key === null ? '' : `, ${key.text}`}`
    return named([...groups, ...aggregates], (list) => `SELECT ${list} FROM {windowed ${unit}}${where} GROUP BY ${groupBy}`)
  }

  /** The first rows of groups, by an order that has no ties: the row itself decides last. */
  #top(depth: number): Selected {
    const dice = this.#dice
    const inner = this.#distinct(depth)
    const names = inner.columns.map(({ name }) => name)
    const order = names.map((name) => `${name} {${dice.pick(['asc', 'desc'])}}`).join(', ')
    // Without PARTITION BY, DuckDB gives a row of NULLs for an empty input.
    const partition = `PARTITION BY ${dice.pick(names)} `
    const alias = `t${this.#aliases++}`
    const ranked = `SELECT ${names.join(', ')}, ROW_NUMBER() OVER (${partition}ORDER BY ${order}) AS rn FROM (${inner.sql}) AS ${alias}`
    return { sql: `SELECT ${names.join(', ')} FROM (${ranked}) AS ${alias}r WHERE rn <= ${1 + dice.below(3)}`, columns: inner.columns }
  }

  /** Both sides select columns of the same kinds. */
  #setOperation(depth: number): Selected {
    const dice = this.#dice
    const operation = dice.pick(['UNION ALL', 'UNION', 'INTERSECT', 'EXCEPT', 'INTERSECT ALL', 'EXCEPT ALL'])
    const kinds = Array.from({ length: 1 + dice.below(2) }, () => dice.pick(['int', 'text', 'int', 'text', 'decimal'] as const))
    const side = (): string => {
      for (;;) {
        const { from, scope } = this.#input(depth - 1)
        const columns = kinds.map((kind) => scope.filter((each) => each.kind === kind))
        if (columns.some((choices) => choices.length === 0)) continue
        const chosen = columns.map((choices) => dice.pick(choices))
        return named(chosen, (list) => `SELECT ${list} FROM ${from}${this.#where(scope, depth - 1)}`).sql
      }
    }
    return { sql: `${side()} ${operation} ${side()}`, columns: kinds.map((kind, index) => ({ name: `c${index}`, kind })) }
  }
}

function named(columns: readonly { readonly text: string; readonly kind: Kind }[], write: (list: string) => string): Selected {
  return {
    sql: write(columns.map(({ text }, index) => `${text} AS c${index}`).join(', ')),
    columns: columns.map(({ kind }, index) => ({ name: `c${index}`, kind })),
  }
}
