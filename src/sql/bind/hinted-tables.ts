/** Which tables in FROM the hints of a SELECT speak of, by their names. */
import { suggestion, type TextPosition } from '#base'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import type { Environment } from './environment.ts'
import { tablePath } from './tables.ts'

export class HintedTables {
  readonly #hint: string
  readonly #tables: readonly tree.TableReference[]
  readonly #environment: Environment

  constructor(hint: string, from: tree.TableReference | undefined, environment: Environment) {
    this.#hint = hint
    this.#tables = from === undefined ? [] : tablesIn(from)
    this.#environment = environment
  }

  /** The tables of that name; an error when there are none. */
  named(name: string, position: TextPosition): readonly tree.TableReference[] {
    const named = this.#tables.filter((table) => isNamed(name, namesOf(table, this.#environment)))
    if (named.length > 0) return named
    const known = this.#tables.flatMap((table) => namesOf(table, this.#environment).slice(-1))
    throw sqlErrors.SQL_HINT_TABLE(
      { hint: this.#hint, table: name.slice(0, 40) },
      { position, ...suggestion(name, known, 'tables of this query') },
    )
  }
}

/** What FROM joins. */
function tablesIn(node: tree.TableReference): tree.TableReference[] {
  const tables: tree.TableReference[] = []
  const open = [node]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.kind === 'join') open.push(next.right, next.left)
    else tables.push(next)
  }
  return tables
}

/** The alias of a table, or else its path; empty when it has no name. */
function namesOf(node: tree.TableReference, environment: Environment): readonly string[] {
  if (node.kind === 'join') return []
  if (node.alias !== undefined) return [node.alias.name.text]
  return node.kind === 'named-table' ? tablePath(node.name, environment) : []
}

/** Whether the last parts of a name are those of the other. */
function isNamed(name: string, names: readonly string[]): boolean {
  const parts = name.split('.')
  const count = Math.min(parts.length, names.length)
  return count > 0 && parts.slice(-count).join('.') === names.slice(-count).join('.')
}
