/**
 * STATE_TTL hints: how long the joins and the aggregate of a SELECT keep idle rows of each table in FROM. They reach no further than
 * this SELECT: not into views and subqueries.
 */
import { parseDurationMs, type TextPosition } from '#base'
import type { Join, Relation } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import type { StateTtls } from './context.ts'
import type { Environment } from './environment.ts'
import { HintedTables } from './hinted-tables.ts'

const hintName = 'STATE_TTL'

/** What the hints of a SELECT say of the tables in its FROM. */
export function bindStateTtls({ hints, from }: tree.Select, environment: Environment): StateTtls {
  const ttls = new Map<tree.TableReference, number>()
  const given = hints.filter(({ name }) => name.text.toUpperCase() === hintName)
  if (given.length === 0) return ttls
  const tables = new HintedTables(hintName, from, environment)
  for (const hint of given) {
    const ofHint = new Map<tree.TableReference, number>()
    if (hint.arguments.length === 0) throw badForm(hint.position)
    for (const { key, value, position } of hint.arguments) {
      if (key === undefined) throw badForm(position)
      const ttlMs = parseDurationMs(value)
      if (ttlMs === undefined) throw sqlErrors.SQL_HINT_DURATION({ hint: hintName, value: value.slice(0, 40) }, { position })
      // As in Flink, the last of equal keys counts, and the first of several hints.
      for (const table of tables.named(key, position)) ofHint.set(table, ttlMs)
    }
    for (const [table, ttlMs] of ofHint) if (!ttls.has(table)) ttls.set(table, ttlMs)
  }
  return ttls
}

function badForm(position: TextPosition): Error {
  return sqlErrors.SQL_HINT_FORM({}, { position, hint: `Write ${hintName}('table' = '1 d').` })
}

/** The join of two tables, as long as the hints say; what is joined first has no name of its own. */
export function withJoinTtl(join: Join, node: tree.Join, ttls: StateTtls | undefined): Join {
  const left = ttls?.get(node.left)
  const right = ttls?.get(node.right)
  if (join.asOf !== null || (left === undefined && right === undefined)) return join
  return { ...join, stateTtlMs: { ...(left === undefined ? {} : { left }), ...(right === undefined ? {} : { right }) } }
}

/** An aggregate or DISTINCT of a table; windows keep what they need for as long as they need it. */
export function withStateTtl(relation: Relation, stateTtlMs: number | undefined): Relation {
  if (stateTtlMs === undefined) return relation
  if (relation.kind === 'distinct') return { ...relation, stateTtlMs }
  return relation.kind === 'aggregate' && relation.window === null ? { ...relation, stateTtlMs } : relation
}
