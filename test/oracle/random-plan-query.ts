/**
 * Random queries that give the optimiser something to do: conditions that contradict one another, joins written in an order that makes
 * all meet all, outer joins whose padded rows are dropped, keys that follow from others, rows that differ anyway, parts that stand twice.
 */
import { type Dice, type Kind, QueryWriter, type Scope, type Selected, type Statement, shapes } from './random-query.ts'

type Shape = (dice: Dice, writer: QueryWriter) => string

/** One of the shapes below, with random tables, conditions and parts. */
export const rewritable: Statement = (dice) => ({ sql: dice.pick(queryShapes)(dice, new QueryWriter(dice)), ordered: false })

const queryShapes: readonly Shape[] = [
  filtered,
  crossedFirst,
  droppingPadded,
  unusedJoin,
  derivedKeys,
  nestedDistinct,
  sameTwice,
  commonInOr,
  emptyPart,
  distinctParts,
  firstJoined,
  groupedTwice,
]

function scopeOf(alias: string, columns: readonly { readonly name: string; readonly kind: Kind }[]): Scope {
  return columns.map(({ name, kind }) => ({ text: `${alias}.${name}`, kind }))
}

function tableScope(table: string, alias: string): Scope {
  return scopeOf(alias, shapes.find(({ name }) => name === table)?.columns ?? [])
}

function queryScope({ columns }: Selected, alias: string): Scope {
  return scopeOf(alias, columns)
}

function columnsOf(scope: Scope): string {
  return scope.map(({ text }, index) => `${text} AS x${index}`).join(', ')
}

/** Conditions above a whole query, of which some can never hold together. */
function filtered(dice: Dice, writer: QueryWriter): string {
  const query = writer.query(2)
  const scope = queryScope(query, 'q')
  const conditions = Array.from({ length: 1 + dice.below(3) }, () => writer.comparison(scope))
  const column = dice.pick(scope)
  if (dice.chance(25)) conditions.push(`${column.text} = ${writer.literal(column.kind)}`)
  if (dice.chance(15)) conditions.push(dice.pick([`${column.text} IS NULL`, '1 = 0', '2 > 1', 'CAST(NULL AS BOOLEAN)']))
  if (dice.chance(20)) conditions.push(`NOT (${writer.comparison(scope)} OR ${writer.comparison(scope)})`)
  return `SELECT ${columnsOf(scope)} FROM (${query.sql}) AS q WHERE ${conditions.join(' AND ')}`
}

/** Three or four tables in any order, each compared with one before or after it, often with sizes that need not be true. */
function crossedFirst(dice: Dice, writer: QueryWriter): string {
  const tables = Array.from({ length: 3 + dice.below(2) }, (_, index) => ({ table: dice.pick(['a', 'b', 'c']), alias: `t${index}` }))
  const scope = tables.flatMap(({ table, alias }) => tableScope(table, alias))
  const chain = tables.toSorted((first, second) => first.table.charCodeAt(0) - second.table.charCodeAt(0))
  const links = chain.slice(1).map(({ alias }, index) => `${chain[index]?.alias ?? ''}.${dice.pick(['id', 'k'])} = ${alias}.id`)
  const tests = Array.from({ length: dice.below(3) }, () => writer.comparison(scope))
  const written = dice.chance(30) ? [', (VALUES (1), (2), (4)) AS v(n)', `t${dice.below(tables.length)}.k = v.n`] : ['']
  const chosen = Array.from({ length: 3 }, () => dice.pick(scope))
  const areSized = dice.chance(60)
  const size = () => (areSized ? ` /*+ OPTIONS('statistics.row-count' = '${10 ** dice.below(7)}') */` : '')
  const from = tables.map(({ table, alias }) => `${table}${size()} AS ${alias}`).join(', ') + (written[0] ?? '')
  return `SELECT ${columnsOf(chosen)} FROM ${from} WHERE ${[...links, ...tests, ...written.slice(1)].join(' AND ')}`
}

/** An outer join below conditions, and perhaps below another join. */
function droppingPadded(dice: Dice, writer: QueryWriter): string {
  const scope = [...tableScope('a', 'l'), ...tableScope('b', 'r')]
  const join = `a AS l ${dice.pick(['LEFT', 'RIGHT', 'FULL'])} JOIN b AS r ON l.k = r.k${dice.chance(40) ? ` AND ${writer.comparison(scope)}` : ''}`
  const more = dice.chance(40) ? ` ${dice.pick(['JOIN', 'LEFT JOIN'])} c ON c.id = ${dice.pick(['r.id', 'l.id', 'r.k'])}` : ''
  const chosen = Array.from({ length: 3 }, () => dice.pick(scope))
  const conditions = Array.from({ length: 1 + dice.below(2) }, () => writer.comparison(scope))
  return `SELECT ${columnsOf(chosen)} FROM ${join}${more} WHERE ${conditions.join(dice.chance(70) ? ' AND ' : ' OR ')}`
}

/** A join that only the left side of is read, with a query whose rows may have a key. */
function unusedJoin(dice: Dice, writer: QueryWriter): string {
  const partner = dice.pick([
    'SELECT DISTINCT k FROM b',
    'SELECT k, COUNT(*) AS n FROM b GROUP BY k',
    'SELECT k FROM b',
    'SELECT k, s FROM b GROUP BY k, s',
  ])
  const scope = tableScope('a', 'l')
  const chosen = Array.from({ length: 2 }, () => dice.pick(scope))
  const where = dice.chance(50) ? ` WHERE ${writer.comparison(scope)}` : ''
  const joined = `a AS l ${dice.pick(['LEFT JOIN', 'JOIN'])} (${partner}) AS r ON l.k = r.k${where}`
  if (dice.chance(20)) return `SELECT l.k AS x, MIN(l.s) AS y, COUNT(DISTINCT l.id) AS n FROM ${joined} GROUP BY l.k`
  return `SELECT ${dice.chance(40) ? 'DISTINCT ' : ''}${columnsOf(chosen)} FROM ${joined}`
}

/** Groups by columns of which some follow from others. */
function derivedKeys(dice: Dice, writer: QueryWriter): string {
  const scope = tableScope('a', 't')
  if (dice.chance(25)) return equalKeys(dice, writer)
  const keys = ['t.k', 't.s', 't.k + 1', 'UPPER(t.s)', 't.big', 't.big - t.k', "t.s || 'x'"].filter(() => dice.chance(55))
  const all = keys.length === 0 ? ['t.k', 't.k * 2'] : keys
  const conditions = [writer.comparison(scope), ...(dice.chance(50) ? ['t.k = 3'] : []), ...(dice.chance(30) ? ["t.s = 'a'"] : [])]
  const list = all.map((key, index) => `${key} AS x${index}`).join(', ')
  return `SELECT ${list}, COUNT(*) AS n, MIN(t.d) AS d FROM a AS t WHERE ${conditions.join(' AND ')} GROUP BY ${all.join(', ')}`
}

/** Groups by columns that a join or a condition makes equal. */
function equalKeys(dice: Dice, writer: QueryWriter): string {
  const scope = [...tableScope('a', 'l'), ...tableScope('b', 'r')]
  const keys = ['l.k', 'r.k', 'l.id', 'l.k + 1'].filter(() => dice.chance(75))
  const all = keys.length === 0 ? ['r.k', 'l.k'] : keys
  const where = dice.chance(50) ? 'l.id = r.k' : writer.comparison(scope)
  const list = all.map((key, index) => `${key} AS x${index}`).join(', ')
  const join = dice.pick(['JOIN', 'JOIN', 'LEFT JOIN'])
  return `SELECT ${list}, COUNT(*) AS n FROM a AS l ${join} b AS r ON l.k = r.k WHERE ${where} GROUP BY ${all.join(', ')}`
}

/** DISTINCT where it does something, and where it does not. */
function nestedDistinct(dice: Dice, writer: QueryWriter): string {
  const inner = dice.pick([
    'SELECT k, COUNT(*) AS n FROM a GROUP BY k',
    'SELECT DISTINCT k, id AS n FROM b',
    'SELECT l.k, r.k AS n FROM (SELECT DISTINCT k FROM a) AS l FULL JOIN (SELECT DISTINCT k FROM b) AS r ON l.k = r.k',
    'SELECT k, id AS n FROM a UNION SELECT k, id FROM b UNION SELECT k, id FROM c',
  ])
  const scope = scopeOf('q', [
    { name: 'k', kind: 'int' },
    { name: 'n', kind: 'int' },
  ])
  const where = dice.chance(50) ? ` WHERE ${writer.comparison(scope)}` : ''
  if (dice.chance(60)) return `SELECT DISTINCT ${dice.pick(['k, n', 'n, k', 'k'])} FROM (${inner}) AS q${where}`
  const not = dice.chance(40) ? 'NOT ' : ''
  return `SELECT a.id, a.k FROM a WHERE a.k IS NOT NULL AND a.k ${not}IN (SELECT DISTINCT k FROM (${inner}) AS q WHERE k IS NOT NULL)`
}

/** The same query twice, with other conditions around. */
function sameTwice(dice: Dice, writer: QueryWriter): string {
  const part = dice.pick([
    'SELECT k, COUNT(*) AS n FROM a GROUP BY k',
    'SELECT DISTINCT k, id AS n FROM b',
    'SELECT a.k, b.id AS n FROM a JOIN b ON a.k = b.k',
  ])
  const scope = ['l', 'r'].flatMap((alias) =>
    scopeOf(alias, [
      { name: 'k', kind: 'int' },
      { name: 'n', kind: 'int' },
    ]),
  )
  const where = dice.chance(60) ? ` WHERE ${writer.comparison(scope)}` : ''
  const join = dice.pick(['JOIN', 'LEFT JOIN', 'FULL JOIN'])
  return `SELECT ${columnsOf(scope)} FROM (${part}) AS l ${join} (${part}) AS r ON l.k = r.k${where}`
}

/** A condition of which all branches ask for the same. */
function commonInOr(dice: Dice, writer: QueryWriter): string {
  const scope = [...tableScope('a', 'l'), ...tableScope('b', 'r')]
  const branches = Array.from({ length: 2 + dice.below(2) }, () => {
    const own = dice.chance(85) ? ` AND ${writer.comparison(scope)}` : ''
    return `(l.k = r.k AND ${dice.chance(50) ? 'r.id < 20 AND ' : ''}l.id < 25${own})`
  })
  const chosen = Array.from({ length: 3 }, () => dice.pick(scope))
  return `SELECT ${columnsOf(chosen)} FROM a AS l, b AS r WHERE ${branches.join(' OR ')}`
}

/** A part that never has a row, in a join, a union or an aggregate. */
function emptyPart(dice: Dice, writer: QueryWriter): string {
  const none = `SELECT id, k FROM b WHERE ${dice.pick(['k > 3 AND k < 2', 'FALSE', "s IS NULL AND s = 'a'", 'k = 1 AND k = 2'])}`
  const scope = tableScope('a', 'l')
  switch (dice.below(3)) {
    case 0:
      return `SELECT l.id, r.k FROM a AS l ${dice.pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'])} (${none}) AS r ON l.k = r.k`
    case 1:
      return `SELECT id, k FROM a AS l WHERE ${writer.comparison(scope)} ${dice.pick(['UNION ALL', 'UNION', 'EXCEPT', 'INTERSECT'])} ${none}`
    default:
      return `SELECT k, COUNT(*) AS n FROM (${none}) AS r GROUP BY k UNION ALL SELECT id, COUNT(*) FROM a GROUP BY id`
  }
}

/** Groups of which distinct values are measured, of one argument or of several, beside all others. */
function distinctParts(dice: Dice, writer: QueryWriter): string {
  const scope = tableScope('a', 't')
  const distinct = dice.pick([['t.k'], ['t.s'], ['t.big', 't.k'], ['t.id % 4', 't.s', 't.d']])
  const filter = (): string => (dice.chance(25) ? ` FILTER (WHERE ${writer.comparison(scope)})` : '')
  const counts = distinct.map((value) => `COUNT(DISTINCT ${value})${filter()}`)
  const others = ['SUM(DISTINCT t.k)', 'COUNT(*)', 'SUM(t.d)', 'MIN(t.s)', 'MAX(DISTINCT t.big)', 'COUNT(t.k)', 'SUM(t.big)']
  const measured = [...counts, ...others.filter(() => dice.chance(35)).map((measure) => `${measure}${filter()}`)]
  const list = measured.map((measure, index) => `${measure} AS m${index}`).join(', ')
  const from = dice.pick([
    'a AS t',
    '(SELECT k, MAX(id) AS id, MAX(big) AS big, MAX(s) AS s, SUM(d) AS d, MIN(ts) AS ts FROM a GROUP BY k) AS t',
  ])
  const where = dice.chance(30) ? ` WHERE ${writer.comparison(scope.slice(0, 2))}` : ''
  const key = dice.pick(['', 't.k', 't.s'])
  // A stream without rows has no answer to an aggregate of all rows.
  return key === ''
    ? `SELECT ${list} FROM ${from}${where} HAVING COUNT(*) > 0`
    : `SELECT ${key} AS x, ${list} FROM ${from}${where} GROUP BY ${key}`
}

/** The first rows of an outer join, in all or by key, in an order of the side whose rows are all there. */
function firstJoined(dice: Dice, writer: QueryWriter): string {
  const [left, right] = [tableScope('a', 'l'), tableScope('b', 'r')]
  const side = dice.pick(['LEFT', 'RIGHT'])
  const own = side === 'LEFT' ? left : right
  const join = `a AS l ${side} JOIN b AS r ON l.k = r.k${dice.chance(30) ? ` AND ${writer.comparison([...left, ...right])}` : ''}`
  const order = own.map(({ text }) => `${text} ${dice.pick(['{asc}', '{desc}'])}`).join(', ')
  if (dice.chance(50)) {
    const cut = `LIMIT ${dice.below(12)}${dice.chance(40) ? ` OFFSET ${dice.below(5)}` : ''}`
    return `SELECT ${columnsOf(own)} FROM (SELECT ${own.map(({ text }) => text).join(', ')} FROM ${join} ORDER BY ${order} ${cut}) AS ${side === 'LEFT' ? 'l' : 'r'}`
  }
  const place = `ROW_NUMBER() OVER (PARTITION BY ${side === 'LEFT' ? 'l' : 'r'}.k ORDER BY ${order}) AS place`
  return `SELECT * FROM (SELECT ${columnsOf(own)}, ${place} FROM ${join}) AS q WHERE place <= ${1 + dice.below(3)}`
}

/** Groups of groups, which often are the same ones. */
function groupedTwice(dice: Dice, writer: QueryWriter): string {
  const inner = dice.pick([
    'SELECT k, s, COUNT(*) AS n, MIN(d) AS d FROM a GROUP BY k, s',
    'SELECT DISTINCT k, s, id AS n, d FROM b',
    'SELECT k, s, n, d FROM (SELECT k, s, id AS n, d, ROW_NUMBER() OVER (PARTITION BY k ORDER BY id, s, d) AS place FROM a) AS o WHERE place = 1',
  ])
  const scope = scopeOf('q', [
    { name: 'n', kind: 'int' },
    { name: 'd', kind: 'decimal' },
  ])
  const filter = (): string => (dice.chance(30) ? ` FILTER (WHERE ${writer.comparison(scope)})` : '')
  const measures = ['MAX(q.n)', 'SUM(q.d)', 'COUNT(*)', 'COUNT(q.d)', 'MIN(q.d)', 'COUNT(DISTINCT q.n)', 'SUM(q.n)']
  const list = measures.filter(() => dice.chance(60)).map((measure, index) => `${measure}${filter()} AS m${index}`)
  const keys = dice.pick(['q.k, q.s', 'q.k, q.s', 'q.k, q.s, q.n, q.d', 'q.k'])
  const where = dice.chance(30) ? ` WHERE ${writer.comparison(scope)}` : ''
  return `SELECT ${[...keys.split(', ').map((key, index) => `${key} AS x${index}`), ...list].join(', ')} FROM (${inner}) AS q${where} GROUP BY ${keys}`
}
