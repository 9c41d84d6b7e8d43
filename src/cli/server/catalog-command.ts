/** `millrace catalog`: tables, views, functions and connections that a workspace of a server has. */
import { counted, printable, suggestion } from '#base'
import { type CliEnvironment, exitStatus } from '../environment.ts'
import { usageErrors } from '../errors.ts'
import { instantText } from '../job-lines.ts'
import type { ServerLink } from './server-link.ts'

export interface CatalogOptions {
  readonly action: 'list' | 'show'
  /** The name of a thing, with as many of its parts as it takes. */
  readonly target: string
  readonly search: string
  readonly json: boolean
}

export async function runCatalog(link: ServerLink, options: CatalogOptions, { screen }: CliEnvironment): Promise<number> {
  const { client, workspace } = link
  const query = options.search === '' ? {} : { search: options.search }
  const { items, total } = await client.call('GET /workspaces/:workspace/catalog', { params: { workspace }, query })
  if (options.action === 'list') {
    for (const item of items) {
      const facts = [item.kind, item.path.join('.'), item.connector ?? '', item.columns === null ? '' : counted(item.columns, 'column')]
      const text = [...facts, `version ${item.version}`, item.comment ?? '']
        .filter((fact) => fact !== '')
        .map(printable)
        .join('  ')
      await screen.write(`${options.json ? JSON.stringify(item) : text}\n`)
    }
    if (!options.json) screen.note(`${counted(total, 'thing')}${total > items.length ? `, of which ${items.length} are shown` : ''}\n`)
    return exitStatus.done
  }
  if (options.target === '') throw usageErrors.CLI_ARGUMENT_MISSING({ command: 'millrace catalog show', name: 'name' })
  const named = items.filter(({ path }) => path.some((_part, index) => path.slice(index).join('.') === options.target))
  const [found] = named
  if (found === undefined || named.length > 1) {
    const names = (named.length > 1 ? named : items).map(({ path }) => path.join('.'))
    throw usageErrors.CLI_CATALOG_NAME({ name: options.target, count: named.length }, suggestion(options.target, names, 'names'))
  }
  const entry = await client.call('GET /workspaces/:workspace/catalog/:entry', { params: { workspace, entry: found.id } })
  screen.note(options.json ? '' : `version ${entry.version}, ${instantText(entry.changedAt)}, by ${printable(entry.changedBy)}\n`)
  await screen.write(options.json ? `${JSON.stringify(entry)}\n` : `${entry.text}\n`)
  return exitStatus.done
}
