/** What identifies records: texts of UTF-8, compared by their bytes in every store. */
import { assert, printable } from '#base'
import { storeErrors } from './errors.ts'
import type { RecordKey } from './store.ts'

/** Three of them fit into what PostgreSQL takes as the key of an index. */
export const keyBytesMax = 512

const kindNames = /^[a-z][a-z0-9-]{0,63}$/

/** Refuses what not every store can hold. `part` such as `id of a record`. */
export function checkKeyText(text: string, part: string): void {
  if (text.length <= keyBytesMax && Buffer.byteLength(text) <= keyBytesMax && !text.includes('\0') && text.isWellFormed()) return
  throw storeErrors.STORE_KEY_MISMATCH({ text: printable(text.slice(0, keyBytesMax)), part, limit: keyBytesMax })
}

export function checkKey({ workspace, id }: RecordKey): void {
  checkKeyText(workspace, 'workspace of a record')
  checkKeyText(id, 'id of a record')
}

/** Names of kinds and logs are ours. */
export function checkKindName(name: string): void {
  assert(kindNames.test(name), `"${name}" cannot be the name of a kind or a log`)
}

export function compareKeys(a: RecordKey, b: RecordKey): number {
  return compareUtf8(a.workspace, b.workspace) || compareUtf8(a.id, b.id)
}

function compareUtf8(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b))
}
