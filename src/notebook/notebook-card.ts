/** What is kept in memory of each notebook: all that lists and searches need, and of its cells a bounded part. */
import type { Stored } from '#store'
import type { Notebook } from './notebook.ts'

export interface NotebookCard extends Pick<Notebook, 'title' | 'folder' | 'tags'> {
  readonly workspace: string
  readonly id: string
  readonly version: number
  /** Epoch milliseconds. */
  readonly changedAt: number
  readonly changedBy: string
  readonly cellCount: number
  readonly cellIds: readonly string[]
  /** The beginning of its first text. */
  readonly excerpt: string
  /** In small letters: its texts, up to a bound. */
  readonly searched: string
}

const searchedLengthMax = 20_000
const excerptLengthMax = 200

export function cardOf({ workspace, id, version, value, writtenAt, writtenBy }: Stored<Notebook>): NotebookCard {
  const { title, folder, tags, cells } = value
  const texts = [title, folder, ...tags, ...cells.map(({ text }) => text)].join('\n')
  const first = cells.find(({ kind, text }) => kind === 'markdown' && text.trim() !== '') ?? cells.find(({ text }) => text.trim() !== '')
  return {
    workspace,
    id,
    version,
    changedAt: writtenAt,
    changedBy: writtenBy,
    title,
    folder,
    tags,
    cellCount: cells.length,
    cellIds: cells.map((cell) => cell.id),
    excerpt: (first?.text ?? '').slice(0, excerptLengthMax),
    searched: texts.slice(0, searchedLengthMax).toLowerCase(),
  }
}
