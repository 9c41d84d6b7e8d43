/** Makes documents, and what is done with them, of rows. */
import { createHash, randomBytes } from 'node:crypto'
import { type Batch, changeDelete, changeUpdateBefore } from '#data'
import type { Messages } from '#formats'
import type { DurableWork } from '../connector.ts'
import type { DocumentId, IdPrinter } from './document-id.ts'
import type { IndexPattern } from './index-pattern.ts'

export interface Document {
  readonly index: string
  readonly id: string
  /** Null where it is deleted. */
  readonly content: Buffer | null
}

/** What the next life has to know: how many documents there are of each index, where they have no ids of their own. */
export interface DocumentsRecord {
  readonly work: string
  readonly counts: Readonly<Record<string, number>>
}

/**
 * Without a primary key the id of a document is made of the work, the index and its number there, which checkpoints keep: what is sent
 * again after a crash takes the same ids, whatever order it comes in.
 */
export class DocumentMaker {
  readonly #ids: IdPrinter | null
  readonly #indexes: IndexPattern
  readonly #work: string
  readonly #counts: Map<string, number>

  /** `isAlone`: no other writer has rows of the table. */
  constructor(ids: IdPrinter | null, indexes: IndexPattern, durable: DurableWork | undefined, isAlone: boolean) {
    const record = (durable?.record ?? (isAlone ? durable?.left?.find((each) => each !== null) : null) ?? null) as DocumentsRecord | null
    this.#ids = ids
    this.#indexes = indexes
    this.#work = record?.work ?? workId(durable, isAlone)
    this.#counts = new Map(Object.entries(record?.counts ?? {}))
  }

  get record(): DocumentsRecord | null {
    return this.#ids === null ? { work: this.#work, counts: Object.fromEntries(this.#counts) } : null
  }

  /** The document of a row, with why it cannot be sent where that is known. */
  of(batch: Batch, row: number, { bytes, starts, ends }: Messages): Document & { readonly refusal: string | null } {
    const kind = batch.kinds?.[row]
    const isGone = kind === changeDelete || kind === changeUpdateBefore
    const content = isGone ? null : Buffer.from(bytes.slice(starts[row], ends[row]))
    const named = this.#indexes.of(batch, row)
    const { id, ...trouble } = 'refusal' in named ? { id: '', refusal: named.refusal } : this.#idOf(batch, row, named.index)
    return { index: named.index, id, content, refusal: 'refusal' in trouble ? trouble.refusal : null }
  }

  #idOf(batch: Batch, row: number, index: string): DocumentId {
    if (this.#ids !== null) return this.#ids(batch, row)
    const number = this.#counts.get(index) ?? 0
    this.#counts.set(index, number + 1)
    return { id: `${this.#work}-${number}` }
  }
}

/** The same in every life of a work. One of several writers cannot know whether there was another one in its place before. */
function workId(durable: DurableWork | undefined, isAlone: boolean): string {
  return shortHash(isAlone && durable !== undefined ? durable.id : randomBytes(16).toString('hex'))
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

/** About how many bytes a document has in a request. */
export function sizeOf({ index, id, content }: Document): number {
  return index.length + id.length + (content?.length ?? 0) + 48
}

/** The body of a bulk request. */
export function bulkBody(documents: readonly Document[]): Buffer {
  const lineFeed = Buffer.from('\n')
  return Buffer.concat(
    documents.flatMap(({ index, id, content }) => {
      const action = content === null ? 'delete' : 'index'
      const head = Buffer.from(`${JSON.stringify({ [action]: { _index: index, _id: id } })}\n`)
      return content === null ? [head] : [head, content, lineFeed]
    }),
  )
}
