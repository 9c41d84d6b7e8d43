/**
 * Relations as queries. A relation adds to the query below it what it can, and else takes that as a sub-query. What several read, and what
 * a table function takes, stands in WITH.
 */
import {
  type Aggregate,
  type Distinct,
  type Filter,
  type Join,
  match as matchRelation,
  type Over,
  type Project,
  type Relation,
  type Scan,
  type Sort,
  schemaOf,
  sharedRelations,
  type TablePath,
  type Tables,
  type Top,
  type Union,
  type Unnest,
  type Values,
  walkRelations,
} from '#plan'
import { userName } from './call.ts'
import { columnTexts, conditionTexts, frameText, groupByText, orderWords, windowText } from './clause.ts'
import { renderErrors } from './errors.ts'
import { expressionWriter } from './expression.ts'
import { joinHint, joinTtlHint, optionsHint, ttlHint } from './hint.ts'
import { picked, readsNothing, reordered } from './list.ts'
import { renderType } from './literal.ts'
import { renderMatch } from './match.ts'
import { calledText, renderMeasure } from './measure.ts'
import { columnText, nameText } from './name.ts'
import {
  Aliases,
  type Body,
  fromLines,
  fullNamesIn,
  type Item,
  indented,
  listed,
  namesIn,
  queryText,
  type Select,
  type Shape,
  type Source,
  selected,
  unlisted,
} from './shape.ts'
import { type NamedRows, renderChangelogFunction, renderWindowFunction, windowAdded } from './table-function.ts'
import { type TableItem, tableItemOf } from './table-item.ts'
import { level } from './written.ts'

export interface RenderContext {
  readonly tables: Tables
  /** Tables of this catalog and database are named by their last name. */
  readonly current: readonly [catalog: string, database: string] | null
}

/** A table by its path. */
export function pathText(path: TablePath, { current }: RenderContext): string {
  const isHere = current !== null && path[0] === current[0] && path[1] === current[1]
  return (isHere ? path.slice(2) : path).map(nameText).join('.')
}

/** The query of a relation, with what it needs in WITH before it. */
export function renderQuery(relation: Relation, context: RenderContext): string {
  return new QueryWriter(relation, context).text()
}

class QueryWriter {
  readonly #root: Relation
  readonly #context: RenderContext
  readonly #shared: ReadonlySet<Relation>
  readonly #aliases: Aliases
  readonly #named = new Map<Relation, NamedRows>()
  readonly #common: string[] = []
  readonly #tableNames: ReadonlySet<string>

  constructor(root: Relation, context: RenderContext) {
    this.#root = root
    this.#context = context
    this.#shared = sharedRelations([root])
    const tables: string[] = []
    walkRelations([root], (relation) => relation.kind === 'scan' && tables.push(relation.table[2]))
    this.#aliases = new Aliases([])
    this.#tableNames = new Set(tables.map((name) => name.toUpperCase()))
  }

  text(): string {
    const query = this.#query(this.#root)
    return this.#common.length === 0 ? query : `WITH ${this.#common.join(',\n')}\n${query}`
  }

  #query(relation: Relation): string {
    return queryText(this.#shape(relation), namesOf(relation))
  }

  /** The relation as a query to go on with. */
  #shape(relation: Relation): Shape {
    const item = this.#table(relation)
    if (item !== null) return this.#tableShape(item, relation)
    return this.#shared.has(relation) && relation !== this.#root ? this.#sourceNamed(this.#namedRows(relation)) : this.#fresh(relation)
  }

  #fresh(relation: Relation): Shape {
    return matchRelation<Shape>(relation, {
      scan: (scan) => refuse(scan, 'it is no table'),
      values: (values) => this.#values(values),
      watermark: (watermark) => refuse(watermark, 'it is not as the table declares it'),
      normalise: (normalise) => refuse(normalise, 'it is above more than a table'),
      filter: (filter) => this.#filter(filter),
      project: (project) => this.#project(project),
      unnest: (unnest) => this.#unnest(unnest),
      window: (window) => this.#window(window),
      aggregate: (aggregate) => this.#aggregate(aggregate),
      over: (over) => this.#over(over),
      join: (join) => this.#join(join),
      union: (union) => this.#union(union),
      distinct: (distinct) => this.#distinct(distinct),
      top: (top) => this.#top(top),
      sort: (sort) => this.#sort(sort),
      match: (match) => {
        const text = (alias: string) => renderMatch(match, this.#namedRows(match.input), alias)
        return this.#sourceOver('m', text, namesOf(match))
      },
      'to-changelog': (changelog) => {
        const text = renderChangelogFunction(changelog, this.#commonRows(changelog.input, []))
        return this.#sourceOver('c', (alias) => `${text} AS ${alias}`, namesOf(changelog))
      },
      'from-changelog': (changelog) => {
        const text = renderChangelogFunction(changelog, this.#commonRows(changelog.input, []))
        return this.#sourceOver('c', (alias) => `${text} AS ${alias}`, namesOf(changelog))
      },
    })
  }

  #table(relation: Relation): TableItem | null {
    return tableItemOf(relation, this.#context.tables)
  }

  /** A time column whose watermark the plan does not take is none. */
  #tableShape(item: TableItem, relation: Relation): Shape {
    const source = this.#tableSource(item)
    const time = item.isTimed ? undefined : item.definition.watermark?.column
    const isRead = time !== undefined && [...item.columns.values()].includes(time)
    if (!isRead) return source
    const names = namesIn(source)
    const list = schemaOf(relation).map(({ name, type }): Item => {
      const isTime = item.columns.get(name) === time
      return { name, text: isTime ? `CAST(${names.column(name)} AS ${renderType(type)})` : names.column(name) }
    })
    return listed(source, list)
  }

  #tableSource({ scan, columns }: TableItem): Source {
    const [, , table] = scan.table
    const alias = this.#aliases.fresh(table)
    const name = this.#tableText(scan)
    const line = alias === table ? name : `${name} AS ${alias}`
    const places = Array.from(columns, ([own, column]) => [own, { alias, column }] as const)
    return { kind: 'source', lines: [line], tables: 1, where: [], columns: new Map(places), hints: [] }
  }

  #tableText({ table, options }: Scan): string {
    const hint = optionsHint(options)
    return pathText(table, this.#context) + (hint === '' ? '' : ` ${hint}`)
  }

  /** A source of one thing in FROM, which gives columns under their names in the plan. */
  #sourceOver(wanted: string, text: (alias: string) => string, columns: readonly string[]): Source {
    const alias = this.#aliases.fresh(wanted)
    const places = new Map(columns.map((column) => [column, { alias, column }]))
    return { kind: 'source', lines: [text(alias)], tables: 1, where: [], columns: places, hints: [] }
  }

  #sourceNamed(rows: NamedRows): Source {
    const alias = this.#aliases.fresh(rows.name)
    const places = Array.from(rows.columns, ([name, column]) => [name, { alias, column }] as const)
    const written = nameText(rows.name)
    const lines = [`${rows.text}${alias === written ? '' : ` AS ${alias}`}`]
    return { kind: 'source', lines, tables: 1, where: [], columns: new Map(places), hints: [] }
  }

  /** A relation as something in FROM. */
  #source(relation: Relation): Source {
    const shape = this.#shape(relation)
    return shape.kind === 'source' ? shape : this.#derived(shape, namesOf(relation))
  }

  /** A source of one table without conditions. */
  #bareSource(relation: Relation): Source {
    const source = this.#source(relation)
    return source.tables === 1 && source.where.length === 0 ? source : this.#derived(source, namesOf(relation))
  }

  #derived(shape: Shape, columns: readonly string[]): Source {
    const text = indented(queryText(shape, columns))
    const names = columns.length === 0 ? ['nothing'] : columns
    const renaming = shape.kind === 'body' && shape.renames ? `(${names.map(nameText).join(', ')})` : ''
    return this.#sourceOver('q', (alias) => `(\n${text}\n) AS ${alias}${renaming}`, columns)
  }

  /** What a table function reads: a table or a name in WITH. */
  #namedRows(relation: Relation): NamedRows {
    const item = this.#table(relation)
    const isPlain = item !== null && Object.keys(item.scan.options).length === 0 && (item.isTimed || item.definition.watermark === null)
    if (isPlain)
      return {
        name: item.scan.table[2],
        text: pathText(item.scan.table, this.#context),
        columns: item.columns,
        all: item.definition.columns.map(({ name }) => name),
      }
    return this.#commonRows(relation, [])
  }

  /** A name in WITH that has just the columns of the relation, under other names than those to be avoided. */
  #commonRows(relation: Relation, avoided: readonly string[]): NamedRows {
    const known = this.#named.get(relation)
    if (known !== undefined && !avoided.some((name) => known.all.includes(name))) return known
    const columns = namesOf(relation)
    const taken = new Set([...columns, ...avoided])
    const renamed = columns.map((column) => (avoided.includes(column) ? newName(column, taken) : column))
    const shape = known === undefined ? this.#freshOrTable(relation) : this.#sourceNamed(known)
    const names = renamed.some((name, index) => name !== columns[index]) ? renamed : null
    const text = queryText(shape, columns)
    const hasHead = names !== null || (shape.kind === 'body' && shape.renames)
    const name = this.#commonName()
    this.#common.push(`${name}${hasHead ? `(${renamed.map(nameText).join(', ')})` : ''} AS (\n${indented(text)}\n)`)
    const rows: NamedRows = {
      name,
      text: name,
      columns: new Map(columns.map((column, index) => [column, renamed[index] ?? column])),
      all: renamed,
    }
    if (names === null) this.#named.set(relation, rows)
    return rows
  }

  #freshOrTable(relation: Relation): Shape {
    const item = this.#table(relation)
    return item === null ? this.#fresh(relation) : this.#tableShape(item, relation)
  }

  /** A name in WITH would hide a table of the same name. */
  #commonName(): string {
    let name = this.#aliases.fresh('part')
    while (this.#tableNames.has(name.toUpperCase())) name = this.#aliases.fresh('part')
    return name
  }

  #values({ columns, rows }: Values): Shape {
    const [only] = rows
    const write = expressionWriter(noNames)
    if (only === undefined) {
      const source = this.#sourceOver('v', (alias) => `(VALUES (0)) AS ${alias}(nothing)`, [])
      const list = columns.map(({ name, type }): Item => ({ name, text: `CAST(NULL AS ${renderType(type)})` }))
      return listed({ ...source, where: [() => 'FALSE'] }, list)
    }
    const texts = columns.map((column, index) =>
      columnTexts(
        rows.map((row) => row[index]),
        column.type,
        write.text,
      ),
    )
    if (rows.length === 1)
      return listed(
        null,
        columns.map(({ name }, index) => ({ name, text: texts[index]?.[0] ?? 'NULL' })),
      )
    const lines = rows.map((_, row) => `  (${columns.length === 0 ? '0' : texts.map((column) => column[row] ?? 'NULL').join(', ')})`)
    const body: Body = { kind: 'body', text: `VALUES\n${lines.join(',\n')}`, columns: columns.map(({ name }) => name), renames: true }
    return body
  }

  #filter({ input, condition }: Filter): Source {
    const source = this.#source(input)
    return { ...source, where: [...source.where, (isFull) => expressionWriter(namesIn(source, isFull)).operand(condition, level.and)] }
  }

  #project({ input, columns }: Project): Shape {
    const shape = this.#shape(input)
    const passed = columns.flatMap(({ name, value }) => (value.kind === 'column' ? [[name, value.name] as const] : []))
    const isBare = passed.length === columns.length
    if (shape.kind === 'source') {
      if (!isBare) return this.#computed(shape, columns)
      const places = passed.flatMap(([name, from]) => {
        const place = shape.columns.get(from)
        return place === undefined ? [] : [[name, place] as const]
      })
      return { ...shape, columns: new Map(places) }
    }
    if (isBare && shape.kind === 'select') {
      const repicked = picked(shape, passed)
      if (repicked !== null) return unlisted(repicked)
    }
    const isFromNothing = shape.kind === 'select' && shape.source === null && columns.every(({ value }) => readsNothing(value))
    if (isFromNothing) {
      const write = expressionWriter(noNames)
      return listed(
        null,
        columns.map(({ name, value }) => ({ name, text: write.text(value) })),
      )
    }
    const derived = this.#derived(shape, namesOf(input))
    const computed = this.#computed(derived, columns)
    if (shape.kind !== 'select' || shape.cut === null || shape.cut.orderBy.length === 0) return computed
    return { ...computed, cut: { orderBy: reordered(shape.cut.orderBy, passed, fullNamesIn(derived)), offset: 0, limit: null } }
  }

  #computed(source: Source, columns: Project['columns']): Select {
    const write = expressionWriter(namesIn(source))
    return listed(
      source,
      columns.map(({ name, value }) => ({ name, text: write.text(value) })),
    )
  }

  #unnest({ input, collection, join, columns, ordinality }: Unnest): Source {
    const source = this.#source(input)
    const alias = this.#aliases.fresh('u')
    const write = expressionWriter(fullNamesIn(source))
    const added = [...columns.map(({ name }) => name), ...(ordinality === null ? [] : [ordinality])]
    const isCall = collection.kind === 'call' && collection.function === 'USER_FUNCTION'
    const table = isCall
      ? `LATERAL TABLE(${userName(collection.user?.name ?? '')}(${collection.arguments.map(write.text).join(', ')}))`
      : `UNNEST(${write.text(collection)})${ordinality === null ? '' : ' WITH ORDINALITY'}`
    const named = `${table} AS ${alias}(${added.map(nameText).join(', ')})`
    const line = join === 'inner' ? `CROSS JOIN ${named}` : `LEFT JOIN ${named} ON TRUE`
    const places = added.map((column) => [column, { alias, column }] as const)
    return { ...source, lines: [...source.lines, line], tables: source.tables + 1, columns: new Map([...source.columns, ...places]) }
  }

  #window(window: Relation & { readonly kind: 'window' }): Source {
    const plain = this.#namedRows(window.input)
    const rows = windowAdded.some((name) => plain.all.includes(name)) ? this.#commonRows(window.input, windowAdded) : plain
    const alias = this.#aliases.fresh('w')
    const own = Array.from(rows.columns, ([name, column]) => [name, { alias, column }] as const)
    const [start = '', end = '', time = ''] = windowAdded
    const added = [
      [window.start, { alias, column: start }],
      [window.end, { alias, column: end }],
      [window.timeName, { alias, column: time }],
    ] as const
    const line = `${renderWindowFunction(window, rows)} AS ${alias}`
    return { kind: 'source', lines: [line], tables: 1, where: [], columns: new Map([...own, ...added]), hints: [] }
  }

  #aggregate(aggregate: Aggregate): Shape {
    const single = this.#singleValue(aggregate)
    if (single !== null) return single
    const { input, keys, measures, groupingSets, stateTtlMs } = aggregate
    const source = stateTtlMs === undefined ? this.#source(input) : this.#bareSource(input)
    const names = namesIn(source)
    const write = expressionWriter(names)
    const list: Item[] = [
      ...keys.map((name) => ({ name, text: names.column(name) })),
      ...measures.map((measure) => ({ name: measure.name, text: renderMeasure(write, measure) })),
    ]
    if (groupingSets !== null) {
      const text = keys.length === 0 ? 'CAST(0 AS BIGINT)' : `GROUPING_ID(${keys.map(names.column).join(', ')})`
      list.push({ name: groupingSets.groupingId, text })
    }
    const select = {
      ...listed(source, list.length === 0 ? [{ name: 'nothing', text: 'COUNT(*)' }] : list),
      texts: new Map(list.map(({ name, text }) => [name, text])),
    }
    const hints = stateTtlMs === undefined ? [] : [ttlHint(aliasOf(source), stateTtlMs)]
    return { ...select, hints, groupBy: groupByText(aggregate, names.column) }
  }

  /** The only value of a sub-query: a query in parentheses. */
  #singleValue({ input, keys, measures, groupingSets }: Aggregate): Select | null {
    const [measure, ...others] = measures
    if (measure?.function !== 'SINGLE_VALUE' || others.length > 0 || keys.length > 0 || groupingSets !== null || measure.filter !== null)
      return null
    const [value] = measure.arguments
    if (value?.kind !== 'column') return null
    const project: Project = { kind: 'project', input, columns: [{ name: value.name, value }] }
    return listed(null, [{ name: measure.name, text: `(\n${indented(queryText(this.#shape(project), [value.name]))}\n)` }])
  }

  #over({ input, partitionBy, orderBy, frame, measures }: Over): Select {
    const source = this.#source(input)
    const names = namesIn(source)
    const write = expressionWriter(names)
    const list = namesOf(input).map((name): Item => ({ name, text: names.column(name) }))
    const added = measures.map((measure): Item => {
      const window = windowText({ partitionBy, orderBy, frame: frameText(frame, measure, orderBy) }, names.column)
      return { name: measure.name, text: `${calledText(write, measure)} OVER (${window})` }
    })
    return listed(source, [...list, ...added])
  }

  #top({ input, function: name, partitionBy, orderBy, from, to, rank }: Top): Source {
    if (orderBy.length === 0) return refuse({ kind: 'top' }, 'it has no order')
    const source = this.#source(input)
    const names = namesIn(source)
    const columns = namesOf(input)
    const place = newName(rank ?? 'row_num', new Set(rank === null ? columns : columns.filter((column) => column !== rank)))
    const window = windowText({ partitionBy, orderBy, frame: '' }, names.column)
    const ranking: Item = { name: place, text: `${name}() OVER (${window})` }
    const select = listed(source, [...columns.map((column): Item => ({ name: column, text: names.column(column) })), ranking])
    const outer = this.#derived(select, [...columns, place])
    const seen = rank === null ? new Map([...outer.columns].filter(([column]) => column !== place)) : outer.columns
    const counted = fullNamesIn(outer).column(place)
    const conditions = from > 1 ? [`>= ${from}`, `<= ${to}`] : [`<= ${to}`]
    return { ...outer, columns: seen, where: conditions.map((condition) => () => `${counted} ${condition}`) }
  }

  #sort({ input, orderBy, offset, limit }: Sort): Select {
    const shape = this.#shape(input)
    const isOpen = shape.kind === 'select' && shape.cut === null
    const select = isOpen ? shape : selected(shape.kind === 'source' ? shape : this.#derived(shape, namesOf(input)), namesOf(input))
    return {
      ...select,
      cut: {
        orderBy: orderBy.map((key) => ({
          column: key.column,
          text: select.texts.get(key.column) ?? columnText(key.column),
          words: orderWords(key),
        })),
        offset,
        limit,
      },
    }
  }

  #distinct(distinct: Distinct): Shape {
    const { input, stateTtlMs } = distinct
    const compared = stateTtlMs === undefined ? this.#comparedRows(input) : null
    if (compared !== null) return compared
    const columns = namesOf(input)
    if (stateTtlMs !== undefined) {
      const source = this.#bareSource(input)
      return { ...selected(source, columns), distinct: true, hints: [ttlHint(aliasOf(source), stateTtlMs)] }
    }
    const shape = this.#shape(input)
    if (shape.kind === 'select' && shape.cut === null && shape.groupBy === null && !shape.distinct && shape.source !== null)
      return { ...shape, distinct: true, texts: new Map(shape.list.map(({ name, text }) => [name, text])) }
    return { ...selected(shape.kind === 'source' ? shape : this.#derived(shape, columns), columns), distinct: true }
  }

  /** INTERSECT and EXCEPT: the different rows that are, or are not, among others, where NULL equals NULL. */
  #comparedRows(input: Relation): Body | null {
    if (input.kind !== 'join' || (input.type !== 'semi' && input.type !== 'anti') || input.condition !== null || this.#shared.has(input))
      return null
    const left = namesOf(input.left)
    const right = namesOf(input.right)
    const isWhole =
      left.length === right.length &&
      input.equal.length === left.length &&
      input.equal.every((key, index) => key.nullsEqual && key.left === left[index] && key.right === right[index])
    if (!isWhole) return null
    return this.#combined([input.left, input.right], input.type === 'semi' ? 'INTERSECT' : 'EXCEPT')
  }

  #union({ inputs }: Union): Body {
    return this.#combined(inputs, 'UNION ALL')
  }

  #combined(inputs: readonly Relation[], word: string): Body {
    const columns = inputs[0] === undefined ? [] : namesOf(inputs[0])
    const texts = inputs.map((input) => {
      const shape = this.#shape(input)
      const isWhole = shape.kind === 'source' || (shape.kind === 'select' && shape.cut === null)
      return queryText(isWhole ? shape : this.#derived(shape, namesOf(input)), namesOf(input))
    })
    return { kind: 'body', text: texts.join(`\n${word}\n`), columns, renames: true }
  }

  #join(join: Join): Source {
    if (join.type === 'semi' || join.type === 'anti') return this.#tested(join)
    const whole = this.#source(join.left)
    const isOpen = whole.where.length === 0 && (join.stateTtlMs?.left === undefined || whole.tables === 1)
    const left = isOpen ? whole : this.#derived(whole, namesOf(join.left))
    const right = join.asOf === null ? this.#bareSource(join.right) : this.#versions(join, left)
    const names = fullNamesIn(left, right)
    const conditions = conditionTexts(join, names)
    const word = join.type === 'inner' ? '' : `${join.type.toUpperCase()} `
    const [table = ''] = right.lines
    const line =
      conditions.length === 0 && join.type === 'inner'
        ? `CROSS JOIN ${table}`
        : `${word}JOIN ${table} ON ${conditions.length === 0 ? 'TRUE' : conditions.join(' AND ')}`
    const hints = [
      ...(join.stateTtlMs === undefined ? [] : [joinTtlHint(join.stateTtlMs, aliasOf(left), aliasOf(right))]),
      ...(join.lookup === undefined ? [] : [joinHint(join.lookup, aliasOf(right))]),
    ]
    return {
      kind: 'source',
      lines: [...left.lines, line],
      tables: left.tables + 1,
      where: [],
      columns: new Map([...left.columns, ...right.columns]),
      hints: [...left.hints, ...right.hints, ...hints],
    }
  }

  /** The right side of FOR SYSTEM_TIME AS OF, which has to have a name. */
  #versions({ right, asOf }: Join, left: Source): Source {
    const item = this.#table(right)
    const time = fullNamesIn(left).dotted(asOf ?? '')
    const rows = item === null ? this.#commonRows(right, []) : null
    const columns = rows?.columns ?? item?.columns ?? new Map<string, string>()
    const alias = this.#aliases.fresh(item?.scan.table[2] ?? 'v')
    const table = item === null ? (rows?.text ?? '') : this.#tableText(item.scan)
    const places = Array.from(columns, ([name, column]) => [name, { alias, column }] as const)
    return {
      kind: 'source',
      lines: [`${table} FOR SYSTEM_TIME AS OF ${time} AS ${alias}`],
      tables: 1,
      where: [],
      columns: new Map(places),
      hints: [],
    }
  }

  /** Semi and anti joins: rows that have, or have not, a partner. */
  #tested(join: Join): Source {
    if (join.stateTtlMs !== undefined || join.asOf !== null) return refuse(join, 'it keeps rows of its own')
    const left = this.#source(join.left)
    const right = this.#source(join.right)
    const names = fullNamesIn(left, right)
    const conditions = conditionTexts(join, names)
    const lines = fromLines({ ...right, where: [...right.where, ...conditions.map((text) => () => text)] }, true)
    const hints = right.hints.length === 0 ? '' : ` /*+ ${right.hints.join(', ')} */`
    const text = `${join.type === 'anti' ? 'NOT ' : ''}EXISTS (\n${indented([`SELECT${hints} 1`, ...lines].join('\n'))}\n)`
    return { ...left, where: [...left.where, () => text] }
  }
}

const noNames = { column: nameText, dotted: nameText }

function namesOf(relation: Relation): string[] {
  return schemaOf(relation).map(({ name }) => name)
}

function refuse({ kind }: { readonly kind: string }, reason: string): never {
  throw renderErrors.ENGINE_FLINK_RENDER_RELATION({ relation: kind, reason })
}

function newName(wanted: string, taken: Set<string>): string {
  let name = wanted
  for (let count = 2; taken.has(name); count++) name = `${wanted}_${count}`
  taken.add(name)
  return name
}

function aliasOf({ columns }: Source): string {
  return [...columns.values()].at(-1)?.alias ?? ''
}
