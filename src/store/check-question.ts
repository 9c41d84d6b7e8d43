/** What may be asked of a store. */
import { assert } from '#base'
import { checkKey, checkKeyText, checkKindName } from './record-key.ts'
import type { EntryOptions, ListOptions, LogKind, RecordKey, RecordKind, ThinOptions } from './store.ts'

const limitMax = 10_000

export function checkRead(kind: RecordKind<unknown>, key: RecordKey): void {
  checkKindName(kind.name)
  checkKey(key)
}

export function checkList(kind: RecordKind<unknown>, { workspace, after, limit }: ListOptions): void {
  checkKindName(kind.name)
  checkLimit(limit)
  if (workspace !== null) checkKeyText(workspace, 'workspace of a record')
  if (after !== undefined) checkKey(after)
}

export function checkVersions(kind: RecordKind<unknown>, key: RecordKey, { before, limit }: { before?: number; limit: number }): void {
  assert(kind.keepsVersions, `versions of kind "${kind.name}" are not kept`)
  checkRead(kind, key)
  checkLimit(limit)
  checkNumber(before)
}

export function checkThin(kind: RecordKind<unknown>, key: RecordKey, { newest, dailySince }: ThinOptions): void {
  assert(kind.keepsVersions, `versions of kind "${kind.name}" are not kept`)
  checkRead(kind, key)
  assert(Number.isSafeInteger(newest) && newest >= 0, `${newest} is no number of versions`)
  assert(Number.isSafeInteger(dailySince), `${dailySince} is no moment`)
}

export function checkEntries(log: LogKind<unknown>, { workspace, subject, before, after, limit }: EntryOptions): void {
  checkKindName(log.name)
  checkLimit(limit)
  checkNumber(before)
  checkNumber(after)
  if (workspace !== null) checkKeyText(workspace, 'workspace of an entry')
  if (subject !== undefined) checkKeyText(subject, 'subject of an entry')
}

function checkLimit(limit: number): void {
  assert(Number.isSafeInteger(limit) && limit > 0 && limit <= limitMax, `a list has from 1 to ${limitMax} elements, not ${limit}`)
}

/** Of a version or an entry. */
function checkNumber(number: number | undefined): void {
  assert(number === undefined || Number.isSafeInteger(number), `${number} is no version and no sequence number`)
}

/** A moment in whole milliseconds before which the same is written. */
export function checkedMoment(log: LogKind<unknown>, before: number): number {
  checkKindName(log.name)
  assert(Number.isSafeInteger(Math.ceil(before)), `${before} is no moment`)
  return Math.ceil(before)
}
