/**
 * Which tables, views and functions a script reads, and which tables it writes: as binding finds what its names mean. What a script makes
 * for itself is told as its own; its own views are told by what they read.
 */
import type { Catalog } from '#catalog'
import type { TablePath } from '#plan'
import { type BoundStatement, bindWithUses, type Statement } from '#sql'

export interface UsedObject {
  readonly kind: 'table' | 'view' | 'function'
  readonly path: TablePath
  /** Whether the script makes it, and only the script knows it. */
  readonly isOwn: boolean
  /** Of a table; null for everything else. */
  readonly connector: string | null
}

export interface ScriptUses {
  readonly reads: readonly UsedObject[]
  readonly writes: readonly UsedObject[]
}

/** Nobody can look at more of them; a script that uses more is told by its first ones. */
const usesMax = 1000

type NameUse = ReturnType<typeof bindWithUses>['uses'][number]

export class ScriptReader {
  readonly #catalog: Catalog
  readonly #reads = new Map<string, UsedObject>()
  readonly #writes = new Map<string, UsedObject>()
  /** By key: what the script has made, and what its views read. */
  readonly #own = new Map<string, readonly UsedObject[]>()
  readonly #ownFunctions = new Set<string>()

  constructor(catalog: Catalog) {
    this.#catalog = catalog
  }

  /** Binds a statement, and notes what it reads and writes. Definitions take effect elsewhere, after this. */
  read(statement: Statement): BoundStatement {
    const { bound, uses } = bindWithUses(statement, this.#catalog)
    const used = uses.flatMap((use) => this.#used(use))
    if (bound.kind === 'create-table' || bound.kind === 'create-view') {
      const { path, temporary } = bound.definition
      const isThere = (this.#catalog.table(path) ?? this.#catalog.view(path)) !== undefined
      if (temporary || !isThere) this.#own.set(keyOf(path), bound.kind === 'create-view' ? used : [])
    }
    if (bound.kind === 'create-function') this.#ownFunctions.add(keyOf(bound.function.path))
    for (const path of writtenBy(bound)) this.#note(this.#writes, [this.#tableAt(path, bound)])
    if (writtenBy(bound).length > 0 || (bound.kind === 'create-view' && !this.#own.has(keyOf(bound.definition.path))))
      this.#note(this.#reads, used)
    return bound
  }

  result(): ScriptUses {
    return { reads: [...this.#reads.values()], writes: [...this.#writes.values()] }
  }

  #used({ path, definition }: NameUse): readonly UsedObject[] {
    if ('signature' in definition)
      return [{ kind: 'function', path, isOwn: definition.temporary || this.#ownFunctions.has(keyOf(path)), connector: null }]
    const own = this.#own.get(keyOf(path))
    if ('query' in definition) return own ?? [{ kind: 'view', path, isOwn: false, connector: null }]
    return [{ kind: 'table', path, isOwn: own !== undefined, connector: definition.options['connector'] ?? null }]
  }

  #tableAt(path: TablePath, bound: BoundStatement): UsedObject {
    const definition = bound.kind === 'create-table' ? bound.definition : this.#catalog.table(path)
    return { kind: 'table', path, isOwn: this.#own.has(keyOf(path)), connector: definition?.options['connector'] ?? null }
  }

  #note(noted: Map<string, UsedObject>, used: readonly UsedObject[]): void {
    for (const each of used) if (noted.size < usesMax) noted.set(`${each.kind} ${keyOf(each.path)}`, each)
  }
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path)
}

/** Late rows and dead letters are written, too. */
function writtenBy(bound: BoundStatement): readonly TablePath[] {
  if (bound.kind === 'create-table') return bound.as === null ? [] : [bound.definition.path]
  if (bound.kind !== 'insert' && bound.kind !== 'statement-set') return []
  return bound.plan.outputs.flatMap((output) => (output.kind === 'insert' ? [output.table] : []))
}
