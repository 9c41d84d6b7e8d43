/** What can be wrong with a value, in the words of errors. */
import { shortened } from '#base'
import { decodeText, printType } from '#data'
import type { ColumnStore } from './column-store.ts'

export function mismatch(store: ColumnStore, shown: string): string {
  return `Expected ${printType({ ...store.type, nullable: true })} in column "${store.name}", got ${shown}.`
}

export function nullRefused(store: ColumnStore): string {
  return `Column "${store.name}" is NOT NULL, but the record has NULL there.`
}

export function notUtf8(store: ColumnStore): string {
  return `Column "${store.name}" holds bytes that are not UTF-8.`
}

const shownLengthMax = 60

/** The beginning of a text. No character takes more than four bytes. */
export function excerpt(bytes: Uint8Array, from: number, to: number): string {
  return shortened(decodeText(bytes, from, Math.min(to, from + 4 * shownLengthMax)), shownLengthMax + 1)
}
