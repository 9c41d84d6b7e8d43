/** CREATE VIEW and ALTER VIEW. A view keeps the text of its query, with full names, so that it means the same from everywhere. */
import type { TablePath, ViewDefinition } from '#plan'
import { sqlErrors } from '../errors.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'
import { unparseQuery } from '../syntax/unparse/expression.ts'
import type { BoundStatement } from './bound.ts'
import { aliasNames } from './collections.ts'
import { type BindContext, noSurroundings } from './context.ts'
import { withFullNames } from './full-names.ts'
import { tableNotFound, tablePath } from './tables.ts'

export function bindCreateView(node: tree.CreateView, context: BindContext): BoundStatement {
  const path = tablePath(node.name, context.environment)
  const definition: ViewDefinition = {
    path,
    columns: node.columns.length === 0 ? null : node.columns.map((column) => column.name.text),
    query: bindViewQuery(node.query, node.columns, node.name, context),
    comment: node.comment ?? null,
    temporary: node.temporary,
  }
  const whenThere = node.orReplace || node.orAlter ? 'replace' : node.ifNotExists ? 'keep' : 'fail'
  return { kind: 'create-view', definition, whenThere, position: node.name.position }
}

export function bindAlterView(node: tree.AlterView, context: BindContext): BoundStatement {
  const { environment } = context
  const path = tablePath(node.name, environment)
  const { position } = node.name
  const whenMissing = node.ifExists ? 'ignore' : 'fail'
  if (node.renameTo !== undefined)
    return { kind: 'rename-table', path, to: renamedPath(path, node.renameTo, context), whenMissing, position }
  const view = environment.view(path)
  if (view === undefined && environment.table(path) !== undefined) {
    const kinds = { clause: 'ALTER VIEW', expected: 'view', name: nameText(node.name), got: 'table' }
    throw sqlErrors.SQL_OTHER_KIND(kinds, { position, hint: 'Use ALTER TABLE.' })
  }
  if (view === undefined || node.query === undefined) throw tableNotFound(node.name, path, environment)
  // The columns are those of the new query, whatever names the old ones were given.
  return { kind: 'alter-view', definition: { ...view, columns: null, query: bindViewQuery(node.query, [], node.name, context) }, position }
}

/** A new name of one part stays in the same database. */
export function renamedPath(path: TablePath, to: tree.Name, { environment }: BindContext): TablePath {
  const [only, more] = to.parts
  return only !== undefined && more === undefined ? [path[0], path[1], only.text] : tablePath(to, environment)
}

function bindViewQuery(query: tree.Query, columns: readonly tree.ViewColumn[], name: tree.Name, context: BindContext): string {
  const rows = context.steps.query(query, noSurroundings, context)
  const own = rows.columns.map((column) => column.name)
  const [first] = columns
  const last = columns.at(-1)
  const alias: tree.TableAlias | undefined =
    first === undefined || last === undefined
      ? undefined
      : {
          kind: 'table-alias',
          name: name.parts.at(-1) ?? first.name,
          columns: columns.map((column) => column.name),
          position: first.position,
        }
  const names = aliasNames(alias, own)
  const double = names.findIndex((each, index) => names.indexOf(each) !== index)
  if (double >= 0) {
    const hint = 'Give the columns different names with AS, or list names after the name of the view.'
    throw sqlErrors.SQL_COLUMN_DUPLICATE(
      { column: names[double] ?? '', owner: `view "${nameText(name)}"` },
      { position: columns[double]?.position ?? query.position, hint },
    )
  }
  return unparseQuery(withFullNames(query, context))
}
