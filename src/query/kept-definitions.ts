/** Permanent things of a catalog as the statements that make them: what is kept of them, and how they come back. */
import { assert, MillraceError } from '#base'
import type { Catalog, CatalogObject, KeptDefinition } from '#catalog'
import { printType, type Schema } from '#data'
import { type FunctionDefinition, printText, quotedName, type TablePath } from '#plan'
import { quotedPath } from './quoted-path.ts'
import { printCreateConnection, printCreateTable, printCreateView, withClause } from './show-create.ts'

/** What is to be kept of a thing as it is now. */
export function keptDefinition(
  catalog: Catalog,
  { kind, path }: CatalogObject,
  viewColumns: (path: TablePath) => Schema | null,
): KeptDefinition | null {
  const [first = '', second = '', third = ''] = path
  const full: TablePath = [first, second, third]
  switch (kind) {
    case 'catalog': {
      const found = catalog.catalog(first)
      if (found === undefined) return null
      const text = [`CREATE CATALOG IF NOT EXISTS ${quotedName(first)}${commentOf(found.comment)}`, ...withClause(found.options, asItIs)]
      return plain(text.join('\n'), found.comment)
    }
    case 'database': {
      const found = catalog.database([first, second])
      if (found === undefined) return null
      const text = [`CREATE DATABASE IF NOT EXISTS ${quotedPath(path)}${commentOf(found.comment)}`, ...withClause(found.options, asItIs)]
      return plain(text.join('\n'), found.comment)
    }
    case 'function': {
      const found = catalog.function(full)
      return found === undefined || found.temporary ? null : plain(functionText(found), null)
    }
    case 'connection': {
      const found = catalog.connection(full)
      if (found === undefined || found.temporary) return null
      const text = printCreateConnection(found, asItIs).trimEnd()
      return { text, columns: null, comment: found.comment, connector: found.options['connector'] ?? null }
    }
    case 'table': {
      const found = catalog.table(full)
      if (found === undefined || found.temporary) return null
      const columns = found.columns.map(({ name, type, comment }) => ({ name, type: printType(type), comment }))
      const text = printCreateTable(found, asItIs).trimEnd()
      const connector = found.options['connector'] ?? null
      const connection = found.uses?.connection
      return { text, columns, comment: found.comment, connector, ...(connection && { connection }) }
    }
    case 'view': {
      const found = catalog.view(full)
      if (found === undefined || found.temporary) return null
      const columns = viewColumns(full)?.map(({ name, type }) => ({ name, type: printType(type), comment: null })) ?? null
      const names = found.columns ?? columns?.map(({ name }) => name) ?? []
      return { text: printCreateView(found, names).trimEnd(), columns, comment: found.comment, connector: null }
    }
  }
}

/** Passwords stand in no option of what is kept. */
function asItIs(_key: string, value: string): string {
  return value
}

function plain(text: string, comment: string | null): KeptDefinition {
  return { text, columns: null, comment, connector: null }
}

function commentOf(comment: string | null): string {
  return comment === null ? '' : ` COMMENT ${printText(comment)}`
}

function functionText({ path, file, export: name }: FunctionDefinition): string {
  return `CREATE FUNCTION ${quotedPath(path)} AS ${printText(name)} LANGUAGE TYPESCRIPT USING FILE ${printText(file)}`
}

/** In this order nothing is made before what it stands in. */
const order: readonly CatalogObject['kind'][] = ['catalog', 'database', 'function', 'connection', 'table', 'view']

/** What of the things that were kept could not be made again, and why. */
export interface LostDefinition {
  readonly object: CatalogObject
  readonly error: MillraceError
}

/**
 * Makes things again by their statements. What stands on others that come later is tried again until nothing more can be made; one that
 * cannot be made does not keep the others from it.
 */
export async function recallDefinitions(
  kept: readonly { readonly object: CatalogObject; readonly text: string }[],
  define: (text: string) => Promise<void>,
): Promise<readonly LostDefinition[]> {
  let waiting = kept.toSorted((a, b) => order.indexOf(a.object.kind) - order.indexOf(b.object.kind))
  for (;;) {
    const lost: LostDefinition[] = []
    const again: typeof waiting = []
    for (const each of waiting) {
      try {
        await define(each.text)
      } catch (error) {
        lost.push({ object: each.object, error: codedIn(error) })
        again.push(each)
      }
    }
    if (lost.length === 0 || lost.length === waiting.length) return lost
    waiting = again
  }
}

function codedIn(error: unknown): MillraceError {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  if (!(first instanceof MillraceError)) throw error
  assert(first.blame !== 'internal', `a definition that was kept breaks: ${first.message}`)
  return first
}
