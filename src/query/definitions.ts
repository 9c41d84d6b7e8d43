/** Statements that change the catalog, and what is said when they are done. */
import type { Catalog } from '#catalog'
import type { FunctionDefinition } from '#plan'
import type { BoundStatement } from '#sql'

const others = ['query', 'insert', 'statement-set', 'show', 'describe', 'explain', 'set', 'reset'] as const
type Other = Extract<BoundStatement, { kind: (typeof others)[number] }>
export type Definition = Exclude<BoundStatement, Other>
type LoadFunction = (definition: Omit<FunctionDefinition, 'signature'>) => Promise<FunctionDefinition>

export function isDefinition(bound: BoundStatement): bound is Definition {
  return !others.some((kind) => kind === bound.kind)
}

/** Applies a definition; returns what was done, such as `created table "orders"`. */
export async function applyDefinition(bound: Definition, catalog: Catalog, loadFunction: LoadFunction): Promise<string> {
  const at = bound.position
  switch (bound.kind) {
    case 'create-table':
      return created('table', bound.definition.path[2], catalog.createTable(bound.definition, bound.whenThere, at))
    case 'create-view':
      return created('view', bound.definition.path[2], catalog.createView(bound.definition, bound.whenThere, at))
    case 'create-function': {
      const definition = await loadFunction(bound.function)
      const isNew = catalog.createFunction(definition, { whenThere: bound.whenThere, system: bound.system }, at)
      return created('function', definition.path[2], isNew)
    }
    case 'create-catalog': {
      const { name, options, comment } = bound
      return created('catalog', name, catalog.createCatalog({ name, options, comment }, bound.whenThere, at))
    }
    case 'create-database': {
      const { path, options, comment } = bound
      return created('database', path[1], catalog.createDatabase({ path, options, comment }, bound.whenThere, at))
    }
    case 'create-connection':
      return created('connection', bound.definition.path[2], catalog.createConnection(bound.definition, bound.whenThere, at))
    case 'use':
      if (bound.database === null) catalog.useCatalog(bound.catalog, at)
      else catalog.useDatabase([bound.catalog, bound.database], at)
      return `using ${bound.object} "${bound.database ?? bound.catalog}"`
    case 'drop': {
      const name = `${bound.object} "${bound.path.at(-1) ?? ''}"`
      return drop(bound, catalog) ? `dropped ${name}` : `there is no ${name}`
    }
    default:
      return alter(bound, catalog)
  }
}

function created(object: string, name: string, isNew: boolean): string {
  return isNew ? `created ${object} "${name}"` : `${object} "${name}" is there already`
}

function alter(bound: Extract<Definition, { kind: `alter-${string}` | `rename-${string}` }>, catalog: Catalog): string {
  const at = bound.position
  switch (bound.kind) {
    case 'alter-table':
      if (bound.definition === null) return 'no table to change'
      catalog.alterTable(bound.definition, at)
      return `changed table "${bound.definition.path[2]}"`
    case 'rename-table':
      if (bound.whenMissing === 'ignore' && catalog.table(bound.path) === undefined) return 'no table to rename'
      catalog.renameTable(bound.path, bound.to, at)
      return `renamed table "${bound.path[2]}" to "${bound.to[2]}"`
    case 'alter-view':
      catalog.alterView(bound.definition, at)
      return `changed view "${bound.definition.path[2]}"`
    case 'alter-connection':
      if (bound.definition === null) return 'no connection to change'
      catalog.alterConnection(bound.definition, at)
      return `changed connection "${bound.definition.path[2]}"`
    case 'rename-connection':
      catalog.renameConnection(bound.path, bound.to, at)
      return `renamed connection "${bound.path[2]}" to "${bound.to[2]}"`
    case 'alter-catalog': {
      const known = catalog.catalog(bound.name)
      const options = { ...known?.options, ...bound.options }
      for (const key of bound.reset) delete options[key]
      catalog.alterCatalog({ name: bound.name, options, comment: bound.comment ?? known?.comment ?? null }, at)
      return `changed catalog "${bound.name}"`
    }
    case 'alter-database': {
      const known = catalog.database(bound.path)
      catalog.alterDatabase({ path: bound.path, options: { ...known?.options, ...bound.options }, comment: known?.comment ?? null }, at)
      return `changed database "${bound.path[1]}"`
    }
  }
}

/** False when there was nothing to drop. */
function drop(bound: Extract<Definition, { kind: 'drop' }>, catalog: Catalog): boolean {
  const { whenMissing, temporary, system, cascade, position: at } = bound
  const [first = '', second = '', third = ''] = bound.path
  switch (bound.object) {
    case 'table':
      return catalog.dropTable([first, second, third], { whenMissing, temporary }, at)
    case 'view':
      return catalog.dropView([first, second, third], { whenMissing, temporary }, at)
    case 'function':
      return catalog.dropFunction([first, second, third], { whenMissing, temporary, system }, at)
    case 'connection':
      return catalog.dropConnection([first, second, third], { whenMissing, temporary }, at)
    case 'catalog':
      return catalog.dropCatalog(first, whenMissing, at)
    case 'database':
      return catalog.dropDatabase([first, second], { whenMissing, cascade }, at)
  }
}
