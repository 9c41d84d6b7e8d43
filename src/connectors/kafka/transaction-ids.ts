/**
 * The names of transactions. A durable writer has some ids that are the same in every life, and uses them in turn:
 *
 *     <prefix>-<statement>-<table>-<insert>-<writer>-<turn>
 *
 * 1. The transaction of a checkpoint may have to be committed again after a crash, so its id rests until newer checkpoints are published.
 * 2. Whoever goes on with the work knows all ids that can have open transactions.
 */
import { randomBytes } from 'node:crypto'
import type { DurableWork } from '../connector.ts'

/**
 * One transaction is open, one may be prepared and not committed, one was committed last and may be committed again; one more lets a run
 * go on from the checkpoint before.
 */
const turns = 4

/** Nobody goes on with what is not durable: what is prepared is committed before the next rows come. */
const passingTurns = 2

export interface TransactionIds {
  /** Used in turn. */
  readonly own: readonly string[]
  /** The place of another writer of the same work that an id belongs to; null for all other ids. */
  writerOf(id: string): number | null
  /** The ids of another writer. */
  of(writer: number): readonly string[]
}

export function transactionIds(prefix: string, durable: DurableWork | undefined): TransactionIds {
  const base = durable === undefined ? `${prefix}-${randomBytes(8).toString('hex')}` : `${prefix}-${workName(durable.name)}`
  const length = durable === undefined ? passingTurns : turns
  const of = (writer: number): string[] => Array.from({ length }, (_, turn) => `${base}-${writer}-${turn}`)
  const pattern = /^-(\d+)-\d+$/
  return {
    own: of(durable?.writer?.index ?? 0),
    writerOf: (id) => {
      const found = id.startsWith(base) ? pattern.exec(id.slice(base.length)) : null
      return found === null ? null : Number(found[1])
    },
    of,
  }
}

/** What tells the writers of one script apart, without the place of its checkpoints: that may be another one next time. */
function workName(name: string): string {
  const [place = '', ...sink] = name.split('#')
  return `${place.replace(/\/+$/, '').split('/').at(-1) ?? ''}-${sink.join('#')}`
}
