/**
 * Random queries over event time, with a watermark so close that rows come too late: windows, frames, joins bounded by time and
 * patterns, under conditions that the optimiser may move. There is no batch to compare them with: what is late depends on the order of
 * rows, and must not depend on the plan.
 */
import { type Dice, QueryWriter, type Scope, type Statement, shapes } from './random-query.ts'

type Shape = (dice: Dice, writer: QueryWriter) => string

const timeShapes: readonly Shape[] = [windowed, framed, joinedInTime, firstOfWindows, joinedWindows, matched]

/** One of the shapes above. */
export const timed: Statement = (dice) => ({ sql: dice.pick(timeShapes)(dice, new QueryWriter(dice)), ordered: false })

const columns = shapes.find(({ name }) => name === 'a')?.columns ?? []
const own: Scope = columns.map(({ name, kind }) => ({ text: name, kind }))

function aliased(alias: string): Scope {
  return columns.map(({ name, kind }) => ({ text: `${alias}.${name}`, kind }))
}

function windowsOf(dice: Dice): string {
  return dice.pick([
    "TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '2' HOUR))",
    "TABLE(HOP(TABLE a, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '3' HOUR))",
    "TABLE(CUMULATE(TABLE a, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '4' HOUR))",
    "TABLE(SESSION(TABLE a PARTITION BY k, DESCRIPTOR(ts), INTERVAL '90' MINUTE))",
  ])
}

/** Conditions on rows, on keys above their groups, and on the bounds of windows. */
function windowed(dice: Dice, writer: QueryWriter): string {
  const having = dice.pick([
    '',
    ' HAVING k > 1',
    ' HAVING k = 3 AND COUNT(*) > 1',
    " HAVING window_start > TIMESTAMP '2024-01-02 00:00:00'",
  ])
  const where = dice.chance(60) ? ` WHERE ${writer.comparison(own)}` : ''
  const inner = `SELECT k, k + 1 AS l, window_start, window_end, COUNT(*) AS n, MAX(big) AS m FROM ${windowsOf(dice)}${where} GROUP BY k, k + 1, window_start, window_end${having}`
  return dice.chance(50) ? inner : `SELECT k, n FROM (${inner}) AS q WHERE k < ${dice.below(6)} AND n <> ${dice.below(3)}`
}

function framed(dice: Dice, writer: QueryWriter): string {
  const frame = dice.pick(['', " RANGE BETWEEN INTERVAL '2' HOUR PRECEDING AND CURRENT ROW", ' ROWS BETWEEN 2 PRECEDING AND CURRENT ROW'])
  const over = `OVER (PARTITION BY k ORDER BY ts${frame})`
  const where = dice.chance(50) ? ` WHERE ${writer.comparison(own)}` : ''
  const outer = dice.chance(70) ? ` WHERE k = ${dice.below(6)} AND n > ${dice.below(2)}` : ` WHERE ${writer.comparison(own)}`
  return `SELECT id, n FROM (SELECT id, k, big, s, d, ts, COUNT(*) ${over} AS n, MAX(big) ${over} AS m FROM a${where}) AS q${outer}`
}

function joinedInTime(dice: Dice, writer: QueryWriter): string {
  const scope = [...aliased('l'), ...aliased('r')]
  const join = dice.pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'])
  const on = `l.k = r.k AND r.ts BETWEEN l.ts - INTERVAL '1' HOUR AND l.ts + INTERVAL '${1 + dice.below(3)}' HOUR`
  const conditions = Array.from({ length: 1 + dice.below(2) }, () => writer.comparison(scope))
  return `SELECT l.id, r.id AS other FROM a AS l ${join} a AS r ON ${on} WHERE ${conditions.join(' AND ')}`
}

function firstOfWindows(dice: Dice, writer: QueryWriter): string {
  const ranked = `SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, k ORDER BY big DESC, id) AS rn FROM ${windowsOf(dice)}`
  return `SELECT id, window_end FROM (${ranked}) AS q WHERE ${dice.pick(['rn <= 2', 'rn = 1', 'rn BETWEEN 2 AND 3'])} AND ${dice.chance(50) ? 'k = 2' : writer.comparison(own)}`
}

function joinedWindows(dice: Dice, writer: QueryWriter): string {
  const windows = "TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '2' HOUR))"
  const on = 'l.k = r.k AND l.window_start = r.window_start AND l.window_end = r.window_end'
  const scope = [...aliased('l'), ...aliased('r')]
  const join = dice.pick(['JOIN', 'LEFT JOIN', 'FULL JOIN'])
  return `SELECT l.id, r.id AS other FROM (SELECT * FROM ${windows}) AS l ${join} (SELECT * FROM ${windows}) AS r ON ${on} WHERE ${writer.comparison(scope)}`
}

function matched(dice: Dice): string {
  const pattern =
    "PARTITION BY k ORDER BY ts MEASURES A.id AS first_id, LAST(B.id) AS last_id, A.big AS big PATTERN (A B+ C) WITHIN INTERVAL '6' HOUR"
  const match = `a MATCH_RECOGNIZE (${pattern} DEFINE B AS B.big > A.big, C AS C.big < A.big)`
  return `SELECT k, first_id, last_id FROM ${match} AS m WHERE k ${dice.pick(['=', '<', '>'])} ${dice.below(6)}`
}
