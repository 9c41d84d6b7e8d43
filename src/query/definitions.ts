/** Statements that change the catalog, and what is said when they are done. */
import type { Catalog } from '#catalog'
import type { FunctionDefinition } from '#plan'
import type { BoundStatement } from '#sql'

export type Definition = Exclude<
  BoundStatement,
  { kind: 'query' | 'insert' | 'statement-set' | 'show' | 'describe' | 'explain' | 'set' | 'reset' }
>
type LoadFunction = (definition: Omit<FunctionDefinition, 'signature'>) => Promise<FunctionDefinition>

const others = new Set<BoundStatement['kind']>(['query', 'insert', 'statement-set', 'show', 'describe', 'explain', 'set', 'reset'])

export function isDefinition(bound: BoundStatement): bound is Definition {
  return !others.has(bound.kind)
}

/** Applies a definition; returns what was done, such as `created table "orders"`. */
export async function applyDefinition(bound: Definition, catalog: Catalog, loadFunction: LoadFunction): Promise<string> {
  const at = bound.position
  switch (bound.kind) {
    case 'create-table': {
      const made = catalog.createTable(bound.definition, bound.whenThere, at)
      return made ? `created table "${bound.definition.path[2]}"` : `table "${bound.definition.path[2]}" is there already`
    }
    case 'create-view': {
      const made = catalog.createView(bound.definition, bound.whenThere, at)
      return made ? `created view "${bound.definition.path[2]}"` : `view "${bound.definition.path[2]}" is there already`
    }
    case 'create-function': {
      const definition = await loadFunction(bound.function)
      catalog.createFunction(definition, { whenThere: bound.whenThere, system: bound.system }, at)
      return `created function "${bound.function.path[2]}"`
    }
    case 'create-catalog':
      catalog.createCatalog({ name: bound.name, options: bound.options, comment: bound.comment }, bound.whenThere, at)
      return `created catalog "${bound.name}"`
    case 'create-database':
      catalog.createDatabase({ path: bound.path, options: bound.options, comment: bound.comment }, bound.whenThere, at)
      return `created database "${bound.path[1]}"`
    case 'use':
      if (bound.database === null) catalog.useCatalog(bound.catalog, at)
      else catalog.useDatabase([bound.catalog, bound.database], at)
      return `using ${bound.object} "${bound.database ?? bound.catalog}"`
    case 'drop':
      drop(bound, catalog)
      return `dropped ${bound.object} "${bound.path.at(-1) ?? ''}"`
    default:
      return alter(bound, catalog)
  }
}

function alter(bound: Extract<Definition, { kind: `alter-${string}` | 'rename-table' }>, catalog: Catalog): string {
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

function drop(bound: Extract<Definition, { kind: 'drop' }>, catalog: Catalog): void {
  const { whenMissing, temporary, system, cascade, position: at } = bound
  const [first = '', second = '', third = ''] = bound.path
  switch (bound.object) {
    case 'table':
      catalog.dropTable([first, second, third], { whenMissing, temporary }, at)
      return
    case 'view':
      catalog.dropView([first, second, third], { whenMissing, temporary }, at)
      return
    case 'function':
      catalog.dropFunction([first, second, third], { whenMissing, temporary, system }, at)
      return
    case 'catalog':
      catalog.dropCatalog(first, whenMissing, at)
      return
    case 'database':
      catalog.dropDatabase([first, second], { whenMissing, cascade }, at)
      return
  }
}
