/** A catalog that lives as long as its process. */
import { listed, suggestion } from '#base'
import {
  type ConnectionDefinition,
  conflictingOption,
  type FunctionDefinition,
  ownOptions,
  type TableDefinition,
  type TablePath,
  type ViewDefinition,
  withConnection,
} from '#plan'
import {
  type At,
  type Catalog,
  type CatalogDefinition,
  type CatalogObject,
  type DatabaseDefinition,
  type DatabasePath,
  type DropHow,
  defaultPath,
  type WhenMissing,
  type WhenThere,
} from './catalog.ts'
import { catalogErrors } from './errors.ts'

type Kind = 'table' | 'view'
/** A table or a view: both share one space of names. */
type Named =
  | { readonly kind: 'table'; readonly definition: TableDefinition }
  | { readonly kind: 'view'; readonly definition: ViewDefinition }

interface Database {
  definition: DatabaseDefinition
  readonly named: Map<string, Named>
  /** By name in upper case, for names of functions ignore letter case. */
  readonly functions: Map<string, FunctionDefinition>
  readonly connections: Map<string, ConnectionDefinition>
}
interface Space {
  definition: CatalogDefinition
  readonly databases: Map<string, Database>
}

export class MemoryCatalog implements Catalog {
  readonly #spaces = new Map<string, Space>()
  /** By printed path. */
  readonly #temporary = new Map<string, Named>()
  readonly #temporaryFunctions = new Map<string, FunctionDefinition>()
  readonly #systemFunctions = new Map<string, FunctionDefinition>()
  /** By printed path. */
  readonly #temporaryConnections = new Map<string, ConnectionDefinition>()
  /** By table as it was made: what it is with the options of its connection. */
  readonly #connected = new WeakMap<
    TableDefinition,
    { readonly connection: ConnectionDefinition | undefined; readonly table: TableDefinition }
  >()
  #current: DatabasePath = defaultPath

  constructor() {
    const [name, database] = defaultPath
    const definition = { name, options: { type: 'generic_in_memory' }, comment: null }
    this.#spaces.set(name, {
      definition,
      databases: new Map([[database, emptyDatabase({ path: defaultPath, options: {}, comment: null })]]),
    })
  }

  get current(): DatabasePath {
    return this.#current
  }

  catalogNames(): readonly string[] {
    return [...this.#spaces.keys()].sort()
  }

  catalog(name: string): CatalogDefinition | undefined {
    return this.#spaces.get(name)?.definition
  }

  databaseNames(catalog: string): readonly string[] {
    return [...(this.#spaces.get(catalog)?.databases.keys() ?? [])].sort()
  }

  database([catalog, name]: DatabasePath): DatabaseDefinition | undefined {
    return this.#spaces.get(catalog)?.databases.get(name)?.definition
  }

  tableNames(path: DatabasePath): readonly string[] {
    return this.#names(path, () => true)
  }

  viewNames(path: DatabasePath): readonly string[] {
    return this.#names(path, (named) => named.kind === 'view')
  }

  functionNames([catalog, database]: DatabasePath): readonly string[] {
    const temporary = [...this.#temporaryFunctions.values()].filter(({ path }) => path[0] === catalog && path[1] === database)
    const permanent = this.#spaces.get(catalog)?.databases.get(database)?.functions.values() ?? []
    return sorted([...temporary, ...permanent].map((definition) => definition.path[2]))
  }

  systemFunctionNames(): readonly string[] {
    return sorted([...this.#systemFunctions.values()].map((definition) => definition.name))
  }

  table(path: TablePath): TableDefinition | undefined {
    const named = this.#named(path)
    return named?.kind === 'table' ? this.#withConnection(named.definition) : undefined
  }

  /** The same object for as long as neither the table nor its connection is another one. */
  #withConnection(table: TableDefinition): TableDefinition {
    if (table.uses === undefined) return table
    const connection = this.connection(table.uses.connection)
    const known = this.#connected.get(table)
    if (known !== undefined && known.connection === connection) return known.table
    const connected = withConnection(table, connection)
    this.#connected.set(table, { connection, table: connected })
    return connected
  }

  view(path: TablePath): ViewDefinition | undefined {
    const named = this.#named(path)
    return named?.kind === 'view' ? named.definition : undefined
  }

  function([catalog, database, name]: TablePath): FunctionDefinition | undefined {
    const key = name.toUpperCase()
    return (
      this.#temporaryFunctions.get(keyOf([catalog, database, key])) ??
      this.#spaces.get(catalog)?.databases.get(database)?.functions.get(key)
    )
  }

  systemFunction(name: string): FunctionDefinition | undefined {
    return this.#systemFunctions.get(name.toUpperCase())
  }

  connectionNames([catalog, database]: DatabasePath): readonly string[] {
    const temporary = [...this.#temporaryConnections.values()].filter(({ path }) => path[0] === catalog && path[1] === database)
    const permanent = this.#spaces.get(catalog)?.databases.get(database)?.connections.values() ?? []
    return sorted([...temporary, ...permanent].map((definition) => definition.path[2]))
  }

  connection(path: TablePath): ConnectionDefinition | undefined {
    return this.#temporaryConnections.get(keyOf(path)) ?? this.#permanentConnection(path)
  }

  #permanentConnection([catalog, database, name]: TablePath): ConnectionDefinition | undefined {
    return this.#spaces.get(catalog)?.databases.get(database)?.connections.get(name)
  }

  /** Takes over the permanent things of another one, in the place of its own; temporary things and the current database stay. */
  adopt(other: MemoryCatalog): void {
    this.#spaces.clear()
    for (const [name, { definition, databases }] of other.#spaces) {
      const copies = [...databases].map(([database, held]): [string, Database] => [
        database,
        {
          definition: held.definition,
          named: new Map(held.named),
          functions: new Map(held.functions),
          connections: new Map(held.connections),
        },
      ])
      this.#spaces.set(name, { definition, databases: new Map(copies) })
    }
    if (this.database(this.#current) === undefined) this.#current = defaultPath
  }

  takeTouched(): readonly CatalogObject[] {
    return []
  }

  useCatalog(name: string, at?: At): void {
    const space = this.#space(name, at)
    const [, fallback] = defaultPath
    this.#current = [name, space.databases.has(fallback) ? fallback : (this.databaseNames(name)[0] ?? fallback)]
  }

  useDatabase(path: DatabasePath, at?: At): void {
    this.#database(path, at)
    this.#current = path
  }

  createCatalog(definition: CatalogDefinition, whenThere: WhenThere, at?: At): boolean {
    const { name } = definition
    if (this.#spaces.has(name)) {
      if (whenThere === 'fail') throw catalogErrors.CATALOG_CATALOG_EXISTS({ name }, { position: at })
      return false
    }
    this.#spaces.set(name, { definition, databases: new Map() })
    return this.createDatabase({ path: [name, defaultPath[1]], options: {}, comment: null }, 'keep')
  }

  alterCatalog(definition: CatalogDefinition, at?: At): void {
    this.#space(definition.name, at).definition = definition
  }

  dropCatalog(name: string, whenMissing: WhenMissing, at?: At): boolean {
    if (!this.#spaces.has(name) && whenMissing === 'ignore') return false
    this.#space(name, at)
    if (this.#current[0] === name) throw catalogErrors.CATALOG_CATALOG_IN_USE({ name }, { position: at })
    this.#refuseWhereUsed(
      'drop',
      (path) => path[0] === name,
      at,
      (path) => path[0] === name,
    )
    return this.#spaces.delete(name)
  }

  createDatabase(definition: DatabaseDefinition, whenThere: WhenThere, at?: At): boolean {
    const [catalog, name] = definition.path
    const { databases } = this.#space(catalog, at)
    if (databases.has(name)) {
      if (whenThere === 'fail') throw catalogErrors.CATALOG_DATABASE_EXISTS({ name }, { position: at })
      return false
    }
    databases.set(name, emptyDatabase(definition))
    return true
  }

  alterDatabase(definition: DatabaseDefinition, at?: At): void {
    this.#database(definition.path, at).definition = definition
  }

  dropDatabase(path: DatabasePath, how: { readonly whenMissing: WhenMissing; readonly cascade: boolean }, at?: At): boolean {
    const [catalog, name] = path
    if (this.database(path) === undefined && how.whenMissing === 'ignore') return false
    const { named, functions, connections } = this.#database(path, at)
    if (this.#current[0] === catalog && this.#current[1] === name) throw catalogErrors.CATALOG_DATABASE_IN_USE({ name }, { position: at })
    const isEmpty = named.size + functions.size + connections.size === 0
    if (!how.cascade && !isEmpty) throw catalogErrors.CATALOG_DATABASE_NOT_EMPTY({ name }, { position: at })
    const isInside = (each: TablePath): boolean => each[0] === catalog && each[1] === name
    this.#refuseWhereUsed('drop', isInside, at, isInside)
    return this.#space(catalog, at).databases.delete(name)
  }

  createTable(definition: TableDefinition, whenThere: WhenThere, at?: At): boolean {
    return this.#create({ kind: 'table', definition }, whenThere, at)
  }

  alterTable(definition: TableDefinition, at?: At): void {
    this.#replace({ kind: 'table', definition }, at)
  }

  renameTable(path: TablePath, to: TablePath, at?: At): void {
    const named = this.#named(path)
    if (named === undefined) throw this.#notFound('table', path, at)
    if (this.#holder(to, named.definition.temporary, at).has(this.#key(to, named.definition.temporary)))
      throw this.#exists(named.kind, to, at)
    this.#holder(path, named.definition.temporary, at).delete(this.#key(path, named.definition.temporary))
    const renamed = { ...named, definition: { ...named.definition, path: to } } as Named
    this.#create(renamed, 'fail', at)
  }

  dropTable(path: TablePath, how: DropHow, at?: At): boolean {
    return this.#drop('table', path, how, at)
  }

  createView(definition: ViewDefinition, whenThere: WhenThere, at?: At): boolean {
    return this.#create({ kind: 'view', definition }, whenThere, at)
  }

  alterView(definition: ViewDefinition, at?: At): void {
    this.#replace({ kind: 'view', definition }, at)
  }

  dropView(path: TablePath, how: DropHow, at?: At): boolean {
    return this.#drop('view', path, how, at)
  }

  createFunction(definition: FunctionDefinition, how: { readonly whenThere: WhenThere; readonly system: boolean }, at?: At): boolean {
    const { functions, key } = this.#functionsFor(definition.path, definition.temporary, how.system, at)
    if (functions.has(key)) {
      if (how.whenThere === 'fail') throw catalogErrors.CATALOG_FUNCTION_EXISTS({ name: definition.path[2] }, { position: at })
      if (how.whenThere === 'keep') return false
    }
    functions.set(key, definition)
    return true
  }

  dropFunction(path: TablePath, how: DropHow & { readonly system: boolean }, at?: At): boolean {
    const isPermanent = !how.temporary && !how.system
    if (isPermanent && how.whenMissing === 'ignore' && this.database([path[0], path[1]]) === undefined) return false
    const { functions, key } = this.#functionsFor(path, how.temporary, how.system, at)
    if (functions.delete(key)) return true
    if (how.whenMissing === 'ignore') return false
    const known = how.system ? this.systemFunctionNames() : this.functionNames([path[0], path[1]])
    throw catalogErrors.CATALOG_FUNCTION_NOT_FOUND({ name: path[2] }, { position: at, ...suggestion(path[2], known, 'functions') })
  }

  createConnection(definition: ConnectionDefinition, whenThere: WhenThere, at?: At): boolean {
    const { path, temporary } = definition
    const { connections, key } = this.#connectionsFor(path, temporary, at)
    if (connections.has(key)) {
      if (whenThere === 'fail') throw catalogErrors.CATALOG_CONNECTION_EXISTS({ name: this.#print(path) }, { position: at })
      if (whenThere === 'keep') return false
    }
    connections.set(key, definition)
    return true
  }

  alterConnection(definition: ConnectionDefinition, at?: At): void {
    const { path, options, temporary } = definition
    const { connections, key } = this.#connectionsFor(path, temporary, at)
    if (!connections.has(key)) throw this.#connectionNotFound(path, at)
    for (const table of this.#tablesUsing((each) => isSame(each, path))) {
      const other = conflictingOption(ownOptions(table), options)
      if (other === undefined) continue
      const facts = { key: other, name: this.#print(path), table: this.#print(table.path) }
      throw catalogErrors.CATALOG_CONNECTION_OPTION(facts, { position: at })
    }
    connections.set(key, definition)
  }

  renameConnection(path: TablePath, to: TablePath, at?: At): void {
    const definition = this.connection(path)
    if (definition === undefined) throw this.#connectionNotFound(path, at)
    this.#refuseWhereUsed('rename', (each) => isSame(each, path), at)
    const target = this.#connectionsFor(to, definition.temporary, at)
    if (target.connections.has(target.key)) throw catalogErrors.CATALOG_CONNECTION_EXISTS({ name: this.#print(to) }, { position: at })
    target.connections.set(target.key, { ...definition, path: to })
    const { connections, key } = this.#connectionsFor(path, definition.temporary, at)
    connections.delete(key)
  }

  dropConnection(path: TablePath, how: DropHow, at?: At): boolean {
    const name = this.#print(path)
    if (!how.temporary && this.#temporaryConnections.has(keyOf(path)))
      throw catalogErrors.CATALOG_CONNECTION_HIDDEN({ name }, { position: at })
    const isThere = how.temporary ? this.#temporaryConnections.has(keyOf(path)) : this.#permanentConnection(path) !== undefined
    if (!isThere && how.whenMissing === 'ignore') return false
    if (!isThere) throw this.#connectionNotFound(path, at)
    // A temporary one is for the session alone, which may well make it anew for the same tables.
    if (!how.temporary) this.#refuseWhereUsed('drop', (each) => isSame(each, path), at)
    const { connections, key } = this.#connectionsFor(path, how.temporary, at)
    return connections.delete(key)
  }

  #connectionsFor(
    path: TablePath,
    temporary: boolean,
    at: At,
  ): { readonly connections: Map<string, ConnectionDefinition>; readonly key: string } {
    if (temporary) return { connections: this.#temporaryConnections, key: keyOf(path) }
    return { connections: this.#database([path[0], path[1]], at).connections, key: path[2] }
  }

  #connectionNotFound(path: TablePath, at: At): Error {
    const [catalog, database, name] = path
    const known = this.connectionNames([catalog, database])
    return catalogErrors.CATALOG_CONNECTION_NOT_FOUND(
      { name: this.#print(path) },
      { position: at, ...suggestion(name, known, 'connections') },
    )
  }

  /** Names the tables that use connections of some paths, without those that go with them. */
  #refuseWhereUsed(
    verb: 'drop' | 'rename',
    isMeant: (path: TablePath) => boolean,
    at: At,
    goesToo: (path: TablePath) => boolean = () => false,
  ): void {
    const users = this.#tablesUsing(isMeant).filter(({ path }) => !goesToo(path))
    const [first] = users
    if (first?.uses === undefined) return
    const names = sorted(users.map(({ path }) => this.#print(path)))
    const detail = `It is used by ${listed(names, 'and', usersShownMax)}.`
    throw catalogErrors.CATALOG_CONNECTION_IN_USE({ verb, name: this.#print(first.uses.connection) }, { position: at, detail })
  }

  /** Tables that use connections of some paths, as they were made. */
  #tablesUsing(isMeant: (path: TablePath) => boolean): readonly TableDefinition[] {
    const permanent = [...this.#spaces.values()].flatMap(({ databases }) =>
      [...databases.values()].flatMap(({ named }) => [...named.values()]),
    )
    return [...permanent, ...this.#temporary.values()].flatMap((named) =>
      named.kind === 'table' && named.definition.uses !== undefined && isMeant(named.definition.uses.connection) ? [named.definition] : [],
    )
  }

  #functionsFor(path: TablePath, temporary: boolean, system: boolean, at: At): { functions: Map<string, FunctionDefinition>; key: string } {
    const key = path[2].toUpperCase()
    if (system) return { functions: this.#systemFunctions, key }
    if (temporary) return { functions: this.#temporaryFunctions, key: keyOf([path[0], path[1], key]) }
    return { functions: this.#database([path[0], path[1]], at).functions, key }
  }

  #create(named: Named, whenThere: WhenThere, at: At): boolean {
    const { path, temporary } = named.definition
    const holder = this.#holder(path, temporary, at)
    const key = this.#key(path, temporary)
    const there = holder.get(key)
    if (there !== undefined) {
      if (whenThere === 'fail') throw this.#exists(there.kind, path, at)
      if (whenThere === 'keep') return false
      if (there.kind !== named.kind) throw this.#otherKind(there.kind, named.kind, path, at)
    }
    holder.set(key, named)
    return true
  }

  #replace(named: Named, at: At): void {
    const { path, temporary } = named.definition
    const holder = this.#holder(path, temporary, at)
    const key = this.#key(path, temporary)
    if (holder.get(key)?.kind !== named.kind) throw this.#notFound(named.kind, path, at)
    holder.set(key, named)
  }

  #drop(kind: Kind, path: TablePath, how: DropHow, at: At): boolean {
    if (!how.temporary && this.database([path[0], path[1]]) === undefined && how.whenMissing === 'ignore') return false
    const holder = this.#holder(path, how.temporary, at)
    const key = this.#key(path, how.temporary)
    const named = holder.get(key)
    if (!how.temporary && this.#temporary.has(keyOf(path))) {
      throw catalogErrors.CATALOG_TABLE_HIDDEN({ kind, name: this.#print(path), word: kind.toUpperCase() }, { position: at })
    }
    if (named === undefined) {
      if (how.whenMissing === 'ignore') return false
      throw this.#notFound(kind, path, at)
    }
    if (named.kind !== kind) throw this.#otherKind(named.kind, kind, path, at)
    return holder.delete(key)
  }

  #holder(path: TablePath, temporary: boolean, at: At): Map<string, Named> {
    return temporary ? this.#temporary : this.#database([path[0], path[1]], at).named
  }

  #key(path: TablePath, temporary: boolean): string {
    return temporary ? keyOf(path) : path[2]
  }

  #named(path: TablePath): Named | undefined {
    const [catalog, database, name] = path
    return this.#temporary.get(keyOf(path)) ?? this.#spaces.get(catalog)?.databases.get(database)?.named.get(name)
  }

  #names(path: DatabasePath, wanted: (named: Named) => boolean): readonly string[] {
    const [catalog, database] = path
    const permanent = [...(this.#spaces.get(catalog)?.databases.get(database)?.named.values() ?? [])]
    const temporary = [...this.#temporary.values()].filter(
      ({ definition }) => definition.path[0] === catalog && definition.path[1] === database,
    )
    return sorted([...permanent, ...temporary].filter(wanted).map(({ definition }) => definition.path[2]))
  }

  #space(name: string, at: At): Space {
    const space = this.#spaces.get(name)
    if (space !== undefined) return space
    throw catalogErrors.CATALOG_CATALOG_NOT_FOUND({ name }, { position: at, ...suggestion(name, this.catalogNames(), 'catalogs') })
  }

  #database([catalog, name]: DatabasePath, at: At): Database {
    const database = this.#space(catalog, at).databases.get(name)
    if (database !== undefined) return database
    throw catalogErrors.CATALOG_DATABASE_NOT_FOUND(
      { name },
      { position: at, ...suggestion(name, this.databaseNames(catalog), 'databases') },
    )
  }

  #print(path: TablePath): string {
    const [catalog, database] = this.#current
    return path[0] === catalog && path[1] === database ? path[2] : path.join('.')
  }

  #exists(kind: Kind, path: TablePath, at: At): Error {
    return catalogErrors.CATALOG_TABLE_EXISTS({ kind, name: this.#print(path) }, { position: at })
  }

  #otherKind(kind: Kind, expected: Kind, path: TablePath, at: At): Error {
    return catalogErrors.CATALOG_TABLE_OTHER_KIND({ kind, expected, name: this.#print(path), word: kind.toUpperCase() }, { position: at })
  }

  #notFound(kind: Kind, path: TablePath, at: At): Error {
    const known = this.#names([path[0], path[1]], (named) => named.kind === kind)
    return catalogErrors.CATALOG_TABLE_NOT_FOUND(
      { kind, name: this.#print(path) },
      { position: at, ...suggestion(path[2], known, `${kind}s`) },
    )
  }
}

/** Nobody reads a list of more. */
const usersShownMax = 5

function isSame(a: TablePath, b: TablePath): boolean {
  return a.every((name, index) => name === b[index])
}

function keyOf(path: TablePath): string {
  return JSON.stringify(path)
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort()
}

function emptyDatabase(definition: DatabaseDefinition): Database {
  return { definition, named: new Map(), functions: new Map(), connections: new Map() }
}
