/** Notebooks of a workspace, searched and cut into pages: those that were changed last come first. */
import { notebookErrors } from './errors.ts'
import type { NotebookCard } from './notebook-card.ts'

export interface NotebookQuery {
  /** Words, each of which is somewhere in the title, the folder, the tags or the cells. */
  readonly search?: string | undefined
  /** The folder itself, and those in it. */
  readonly folder?: string | undefined
  readonly tag?: string | undefined
  /** What the page before gave as `next`. */
  readonly after?: string | undefined
  readonly limit: number
}

export interface NotebookPage {
  readonly items: readonly NotebookCard[]
  /** Null on the last page. */
  readonly next: string | null
  /** How many were found. */
  readonly total: number
}

const wordsMax = 20

export function listNotebooks(cards: Iterable<NotebookCard>, { search, folder, tag, after, limit }: NotebookQuery): NotebookPage {
  const words = (search ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, wordsMax)
  const found = [...cards]
    .filter(
      (card) =>
        (tag === undefined || card.tags.includes(tag)) &&
        (folder === undefined || card.folder === folder || card.folder.startsWith(`${folder}/`)) &&
        words.every((word) => card.searched.includes(word)),
    )
    .toSorted(compare)
  const place = after === undefined ? null : readCursor(after)
  const behind = place === null ? found : found.filter((card) => compare(card, place) > 0)
  const items = behind.slice(0, limit)
  const last = items.at(-1)
  const next = last !== undefined && behind.length > limit ? `${last.changedAt}:${last.id}` : null
  return { items, next, total: found.length }
}

type Place = Pick<NotebookCard, 'changedAt' | 'id'>

function compare(a: Place, b: Place): number {
  return b.changedAt - a.changedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

function readCursor(text: string): Place {
  const [, changedAt, id] = /^(\d{1,15}):(.{1,200})$/.exec(text) ?? []
  if (changedAt === undefined || id === undefined) throw notebookErrors.NOTEBOOK_CURSOR()
  return { changedAt: Number(changedAt), id }
}
