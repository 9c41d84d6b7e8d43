/** One function for each kind of statement. */
import { type Relation, schemaOf, type TableDefinition, type TablePath } from '#plan'
import { sqlErrors } from '../errors.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'
import { bindAlterTable } from './alter-table.ts'
import type {
  BoundDescribe,
  BoundDrop,
  BoundExplain,
  BoundInsert,
  BoundQuery,
  BoundShow,
  BoundStatement,
  BoundUse,
  DatabasePath,
} from './bound.ts'
import { bindAlterConnection, bindCreateConnection, connectionNamed } from './connections.ts'
import { type BindContext, noSurroundings } from './context.ts'
import { bindCreateFunction } from './create-function.ts'
import { bindCreateTable } from './create-table.ts'
import { bindAlterView, bindCreateView } from './create-view.ts'
import { bindInserts } from './insert.ts'
import { optionsOf } from './options.ts'
import { databaseNotFound, rowsNamed, tableNotFound, tablePath } from './tables.ts'

export function bindAnyStatement(statement: tree.Statement, context: BindContext): BoundStatement {
  const { position } = statement
  switch (statement.kind) {
    case 'query-statement':
      return bindQueryStatement(statement, context)
    case 'insert':
      return bindInserts('insert', [statement], position, context)
    case 'statement-set':
      return bindInserts('statement-set', statement.statements, position, context)
    case 'create-table':
      return bindCreateTable(statement, context)
    case 'create-view':
      return bindCreateView(statement, context)
    case 'create-function':
      return bindCreateFunction(statement, context.environment)
    case 'alter-table':
      return bindAlterTable(statement, context)
    case 'alter-view':
      return bindAlterView(statement, context)
    case 'create-connection':
      return bindCreateConnection(statement, context)
    case 'alter-connection':
      return bindAlterConnection(statement, context)
    case 'explain':
      return bindExplain(statement, context)
    case 'describe':
      return bindDescribe(statement, context)
    case 'show':
      return bindShow(statement, context)
    case 'use':
      return bindUse(statement, context)
    case 'set':
      return { kind: 'set', key: statement.key ?? null, value: statement.value ?? null, position }
    case 'reset':
      return { kind: 'reset', key: statement.key ?? null, position }
    case 'alter-function':
      throw sqlErrors.SQL_NOT_SUPPORTED({ what: 'ALTER FUNCTION' }, { position, hint: 'Drop the function and create it again.' })
    case 'other-statement':
      throw sqlErrors.SQL_NOT_SUPPORTED({ what: statement.name }, { position })
    default:
      return bindSpace(statement, context)
  }
}

function bindQueryStatement({ query, position }: tree.QueryStatement, context: BindContext): BoundQuery {
  const { relation } = context.steps.query(query, noSurroundings, context)
  return { kind: 'query', plan: { outputs: [{ kind: 'collect', input: relation }] }, position }
}

/** Statements about catalogs and databases, and DROP. */
function bindSpace(
  statement: tree.CreateCatalog | tree.CreateDatabase | tree.AlterCatalog | tree.AlterDatabase | tree.Drop,
  context: BindContext,
): BoundStatement {
  const { position } = statement.name
  switch (statement.kind) {
    case 'create-catalog': {
      const { name, options, comment, ifNotExists } = statement
      return {
        kind: 'create-catalog',
        name: name.text,
        options: optionsOf(options),
        comment: comment ?? null,
        whenThere: ifNotExists ? 'keep' : 'fail',
        position,
      }
    }
    case 'create-database': {
      const { name, options, comment, ifNotExists } = statement
      return {
        kind: 'create-database',
        path: databasePath(name, context),
        options: optionsOf(options),
        comment: comment ?? null,
        whenThere: ifNotExists ? 'keep' : 'fail',
        position,
      }
    }
    case 'alter-catalog': {
      const { name, options, reset, comment } = statement
      const keys = reset?.map((key) => key.value) ?? []
      return { kind: 'alter-catalog', name: name.text, options: optionsOf(options ?? []), reset: keys, comment, position }
    }
    case 'alter-database':
      return { kind: 'alter-database', path: databasePath(statement.name, context), options: optionsOf(statement.options), position }
    case 'drop':
      return bindDrop(statement, context)
  }
}

function databasePath(name: tree.Name, { environment }: BindContext): DatabasePath {
  const [first, second, third] = name.parts.map((part) => part.text)
  if (first === undefined || third !== undefined)
    throw sqlErrors.SQL_PATH_TOO_LONG({ name: nameText(name) }, { position: name.position, hint: 'Write catalog.database.' })
  return second === undefined ? [environment.current[0], first] : [first, second]
}

function bindDrop(statement: tree.Drop, context: BindContext): BoundDrop {
  const { object, name, temporary, system, ifExists, behavior } = statement
  return {
    kind: 'drop',
    object,
    path: objectPath(object, name, context),
    temporary,
    system,
    whenMissing: ifExists ? 'ignore' : 'fail',
    cascade: behavior === 'cascade',
    position: name.position,
  }
}

function objectPath(object: BoundDrop['object'], name: tree.Name, context: BindContext): readonly string[] {
  if (object === 'catalog') return [nameText(name)]
  return object === 'database' ? databasePath(name, context) : tablePath(name, context.environment)
}

function bindUse({ object, names, position }: tree.Use, context: BindContext): BoundUse {
  const [name] = names
  if (object === 'modules' || name === undefined) throw sqlErrors.SQL_NOT_SUPPORTED({ what: 'USE MODULES' }, { position })
  if (object === 'catalog') return { kind: 'use', object, catalog: nameText(name), database: null, position: name.position }
  const [catalog, database] = databasePath(name, context)
  return { kind: 'use', object, catalog, database, position: name.position }
}

function bindExplain({ details, statement, position }: tree.Explain, context: BindContext): BoundExplain {
  const bound = bindAnyStatement(statement, context) as BoundQuery | BoundInsert | Extract<BoundStatement, { kind: 'create-table' }>
  if (bound.kind === 'create-table' && bound.as === null)
    throw sqlErrors.SQL_NOT_SUPPORTED({ what: 'EXPLAIN of CREATE TABLE without AS' }, { position })
  return { kind: 'explain', details, statement: bound, position }
}

function bindDescribe({ object, name, extended, position }: tree.Describe, context: BindContext): BoundDescribe {
  const path = objectPath(object, name, context)
  if (object === 'catalog') known(name, [nameText(name)], context)
  if (object === 'database') known(name, databasePath(name, context), context)
  if (object === 'connection') connectionNamed(name, context.environment)
  const table = object === 'table' ? describedTable(name, context) : null
  return { kind: 'describe', object, extended, path, table, position }
}

function bindShow({ subject, name, like, position }: tree.Show, context: BindContext): BoundShow {
  const shown = { kind: 'show', subject, like: like ?? null, position } as const
  if (name === undefined) return { ...shown, path: null, table: null }
  switch (subject) {
    case 'columns':
    case 'create-table':
    case 'create-view':
    case 'partitions':
      return { ...shown, path: tablePath(name, context.environment), table: describedTable(name, context) }
    case 'create-connection':
      return { ...shown, path: connectionNamed(name, context.environment).path, table: null }
    case 'databases':
    case 'create-catalog':
      return { ...shown, path: known(name, [nameText(name)], context), table: null }
    default:
      return { ...shown, path: known(name, databasePath(name, context), context), table: null }
  }
}

/** The path of a catalog or database, which has to exist. */
function known<P extends readonly [catalog: string, database?: string]>(name: tree.Name, path: P, { environment }: BindContext): P {
  const missing = databaseNotFound(name, path, environment)
  if (missing !== null) throw missing
  return path
}

/** The definition of a table; a view is described as a table of its columns. */
function describedTable(name: tree.Name, context: BindContext): TableDefinition {
  const { environment } = context
  const path = tablePath(name, environment)
  const table = environment.table(path)
  if (table !== undefined) return table
  if (environment.view(path) === undefined) throw tableNotFound(name, path, environment)
  return viewAsTable(path, rowsNamed(name, {}, null, context).relation)
}

function viewAsTable(path: TablePath, relation: Relation): TableDefinition {
  const columns = schemaOf(relation).map(({ name, type }) => ({ kind: 'physical', name, type, comment: null }) as const)
  return { path, columns, watermark: null, primaryKey: [], partitionedBy: [], options: {}, comment: null, temporary: false }
}
