/** The names of hints. As in Flink, a hint of another name is refused wherever it stands: who wrote it expects something of it. */
import { suggestion } from '#base'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'

/** Hints that tell Flink how to compute a join of a bounded query. */
export const joinHints: readonly string[] = ['BROADCAST', 'SHUFFLE_HASH', 'SHUFFLE_MERGE', 'NEST_LOOP', 'MULTI_JOIN']

const hintNames: readonly string[] = ['OPTIONS', 'LOOKUP', 'STATE_TTL', ...joinHints]

export function checkHintNames(hints: readonly tree.Hint[]): void {
  for (const { name } of hints) {
    const upper = name.text.toUpperCase()
    if (hintNames.includes(upper)) continue
    throw sqlErrors.SQL_HINT_NOT_FOUND({ hint: name.text }, { position: name.position, ...suggestion(upper, hintNames, 'hints') })
  }
}
