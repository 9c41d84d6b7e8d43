/**
 * A catalog whose permanent things outlive it: it tells which of them were touched, and whoever opened it writes them down. Passwords
 * are not written down: options that hold one have to name a secret instead.
 */
import { isSecretKey, printable, shortened } from '#base'
import type { ConnectionDefinition, FunctionDefinition, TableDefinition, TablePath, ViewDefinition } from '#plan'
import { keyBytesMax } from '#store'
import type { At, CatalogDefinition, CatalogObject, DatabaseDefinition, DatabasePath, DropHow, WhenMissing, WhenThere } from './catalog.ts'
import { catalogErrors } from './errors.ts'
import { MemoryCatalog } from './memory.ts'
import { entryIdOf } from './workspace-catalogs.ts'

export class KeptCatalog extends MemoryCatalog {
  /** By kind and path; in the order in which they were touched first. */
  readonly #touched = new Map<string, CatalogObject>()

  override takeTouched(): readonly CatalogObject[] {
    const touched = [...this.#touched.values()]
    this.#touched.clear()
    return touched
  }

  override createCatalog(definition: CatalogDefinition, whenThere: WhenThere, at?: At): boolean {
    refuseName('catalog', [definition.name], at)
    refuseLiteralSecrets(definition.options, at)
    return this.#noteIf(super.createCatalog(definition, whenThere, at), 'catalog', [definition.name])
  }

  override alterCatalog(definition: CatalogDefinition, at?: At): void {
    refuseLiteralSecrets(definition.options, at)
    super.alterCatalog(definition, at)
    this.#note('catalog', [definition.name])
  }

  override dropCatalog(name: string, whenMissing: WhenMissing, at?: At): boolean {
    const held = this.databaseNames(name).map((database) => [name, database] as const)
    const isDropped = super.dropCatalog(name, whenMissing, at)
    if (isDropped) for (const path of held) this.#note('database', path)
    return this.#noteIf(isDropped, 'catalog', [name])
  }

  override createDatabase(definition: DatabaseDefinition, whenThere: WhenThere, at?: At): boolean {
    refuseName('database', definition.path, at)
    return this.#noteIf(super.createDatabase(definition, whenThere, at), 'database', definition.path)
  }

  override alterDatabase(definition: DatabaseDefinition, at?: At): void {
    super.alterDatabase(definition, at)
    this.#note('database', definition.path)
  }

  override dropDatabase(path: DatabasePath, how: { readonly whenMissing: WhenMissing; readonly cascade: boolean }, at?: At): boolean {
    return this.#noteIf(super.dropDatabase(path, how, at), 'database', path)
  }

  override createTable(definition: TableDefinition, whenThere: WhenThere, at?: At): boolean {
    if (!definition.temporary) {
      refuseName('table', definition.path, at)
      refuseLiteralSecrets(definition.options, at)
    }
    return this.#noteIf(super.createTable(definition, whenThere, at), 'table', definition.path, !definition.temporary)
  }

  override alterTable(definition: TableDefinition, at?: At): void {
    if (!definition.temporary) refuseLiteralSecrets(definition.options, at)
    super.alterTable(definition, at)
    if (!definition.temporary) this.#note('table', definition.path)
  }

  override renameTable(path: TablePath, to: TablePath, at?: At): void {
    const isView = this.view(path) !== undefined
    const isTemporary = (this.table(path) ?? this.view(path))?.temporary === true
    if (!isTemporary) refuseName(isView ? 'view' : 'table', to, at)
    super.renameTable(path, to, at)
    if (isTemporary) return
    this.#note(isView ? 'view' : 'table', path)
    this.#note(isView ? 'view' : 'table', to)
  }

  override dropTable(path: TablePath, how: DropHow, at?: At): boolean {
    return this.#noteIf(super.dropTable(path, how, at), 'table', path, !how.temporary)
  }

  override createView(definition: ViewDefinition, whenThere: WhenThere, at?: At): boolean {
    if (!definition.temporary) refuseName('view', definition.path, at)
    return this.#noteIf(super.createView(definition, whenThere, at), 'view', definition.path, !definition.temporary)
  }

  override alterView(definition: ViewDefinition, at?: At): void {
    super.alterView(definition, at)
    if (!definition.temporary) this.#note('view', definition.path)
  }

  override dropView(path: TablePath, how: DropHow, at?: At): boolean {
    return this.#noteIf(super.dropView(path, how, at), 'view', path, !how.temporary)
  }

  override createFunction(
    definition: FunctionDefinition,
    how: { readonly whenThere: WhenThere; readonly system: boolean },
    at?: At,
  ): boolean {
    const isKept = !definition.temporary && !how.system
    if (isKept) refuseName('function', definition.path, at)
    return this.#noteIf(super.createFunction(definition, how, at), 'function', definition.path, isKept)
  }

  override dropFunction(path: TablePath, how: DropHow & { readonly system: boolean }, at?: At): boolean {
    return this.#noteIf(super.dropFunction(path, how, at), 'function', path, !how.temporary && !how.system)
  }

  override createConnection(definition: ConnectionDefinition, whenThere: WhenThere, at?: At): boolean {
    const isKept = !definition.temporary
    if (isKept) refuseName('connection', definition.path, at)
    return this.#noteIf(super.createConnection(definition, whenThere, at), 'connection', definition.path, isKept)
  }

  override alterConnection(definition: ConnectionDefinition, at?: At): void {
    super.alterConnection(definition, at)
    if (!definition.temporary) this.#note('connection', definition.path)
  }

  override renameConnection(path: TablePath, to: TablePath, at?: At): void {
    const isTemporary = this.connection(path)?.temporary === true
    if (!isTemporary) refuseName('connection', to, at)
    super.renameConnection(path, to, at)
    if (!isTemporary) for (const each of [path, to]) this.#note('connection', each)
  }

  override dropConnection(path: TablePath, how: DropHow, at?: At): boolean {
    return this.#noteIf(super.dropConnection(path, how, at), 'connection', path, !how.temporary)
  }

  /** Passes on whether something changed; what is for the session alone is not noted. */
  #noteIf(isChanged: boolean, kind: CatalogObject['kind'], path: readonly string[], isKept = true): boolean {
    if (isChanged && isKept) this.#note(kind, path)
    return isChanged
  }

  #note(kind: CatalogObject['kind'], path: readonly string[]): void {
    this.#touched.set(JSON.stringify([kind, ...path]), { kind, path: [...path] })
  }
}

const reference = /^\$\{secret:[^}]+\}$/

function refuseLiteralSecrets(options: Readonly<Record<string, string>>, at: At): void {
  const key = Object.keys(options).find((each) => isSecretKey(each) && options[each] !== '' && !reference.test(options[each] ?? ''))
  if (key !== undefined) throw catalogErrors.CATALOG_SECRET_LITERAL({ key }, { position: at })
}

const shownNameMax = 40

/** What the store cannot hold would be gone with the session, and nobody would be told. */
function refuseName(kind: CatalogObject['kind'], path: readonly string[], at: At): void {
  const isWhole = path.every((name) => name.isWellFormed())
  if (isWhole && entryIdOf({ kind, path: [...path] }).length <= keyBytesMax) return
  const name = printable(shortened(path.at(-1) ?? '', shownNameMax))
  const detail = isWhole ? `With its catalog and database it takes more than ${keyBytesMax} bytes.` : 'It has halves of characters.'
  throw catalogErrors.CATALOG_NAME_UNKEPT({ kind, name }, { position: at, detail })
}
