/** JOIN … USING and NATURAL JOIN: columns of both sides that are compared and then seen as one. */
import type { Expression, JoinType, NamedExpression } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { callOf } from './call.ts'
import type { FromRows } from './collections.ts'
import type { BindContext } from './context.ts'
import { columnNamed, extended } from './names.ts'
import { compareValues } from './operators.ts'
import { columnSuggestion, type Scope, type ScopeColumn } from './scope.ts'

interface UsedColumn {
  readonly name: string
  readonly left: string
  readonly right: string
  readonly condition: Expression
  readonly position: tree.Join['position']
}

/** The columns that both sides share; null for a join that is not of this kind. */
export function usingColumns(node: tree.Join, left: Scope, right: Scope): UsedColumn[] | null {
  const { condition, natural, position } = node
  const rightNames = new Set(right.star.map(({ name }) => name))
  const shared = natural
    ? [...new Set(left.star.map(({ name }) => name))].filter((name) => rightNames.has(name)).map((text) => ({ text, position }))
    : null
  const columns = condition?.kind === 'using' ? condition.columns : shared
  return columns?.map(({ text, position: at }) => usedColumn(text, left, right, at)) ?? null
}

function usedColumn(name: string, left: Scope, right: Scope, position: tree.Join['position']): UsedColumn {
  const [first, second] = [left, right].map((scope): Expression & { readonly kind: 'column' } => {
    const found = scope.star.filter((column) => column.name === name)
    const [only] = found
    if (only === undefined) {
      const owner = `the ${scope === left ? 'left' : 'right'} side of the join`
      throw sqlErrors.SQL_COLUMN_NOT_FOUND(
        { column: name, owner },
        {
          position,
          ...columnSuggestion(
            name,
            scope.star.map((column) => column.name),
          ),
        },
      )
    }
    if (found.length > 1) throw sqlErrors.SQL_COLUMN_AMBIGUOUS({ column: name, where: 'twice on one side of the join' }, { position })
    return { kind: 'column', name: only.column.name, type: only.column.type }
  })
  if (first === undefined || second === undefined) throw sqlErrors.SQL_COLUMN_NOT_FOUND({ column: name, owner: 'the join' }, { position })
  return { name, left: first.name, right: second.name, condition: compareValues('=', first, second, position), position }
}

/** Shows each shared column once, before all others: from the side that always has it, or from either. */
export function mergeUsing({ relation, scope }: FromRows, using: readonly UsedColumn[], type: JoinType, context: BindContext): FromRows {
  const added: NamedExpression[] = []
  const names = using.map(({ left, right, position }) => {
    if (type !== 'full') return type === 'right' ? right : left
    const sides = [left, right].map(
      (name): Expression => ({ kind: 'column', name, type: columnNamed(relation, name)?.type ?? { kind: 'null', nullable: true } }),
    )
    const name = context.freshName('using')
    added.push({ name, value: callOf('COALESCE', sides, position) })
    return name
  })
  const rows = extended(relation, added)
  const merged = using.flatMap(({ name }, index): ScopeColumn[] => {
    const column = columnNamed(rows, names[index] ?? '')
    return column === undefined ? [] : [{ name, column }]
  })
  const hidden = new Set(using.flatMap(({ left, right }) => [left, right]))
  const others = scope.star.filter(({ column }) => !hidden.has(column.name))
  return { relation: rows, scope: { ...scope, star: [...merged, ...others] } }
}
