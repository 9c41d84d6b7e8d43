/** What decoders of text in messages have in common: how many rows a message may give, and what text may begin with. */
import { batchRows } from '#data'

/** Values of the rows of one message: more than these are not kept in memory at once. */
const messageCellsMax = 2 ** 24
const messageRowsMax = 2 ** 20

/** So many rows one message may give where so many columns are wanted; batches grow for its sake, for it is taken whole or not at all. */
export function rowsOfMessageMax(columns: number): number {
  return Math.max(batchRows, Math.min(messageRowsMax, Math.floor(messageCellsMax / Math.max(1, columns))))
}

export function tooManyRows(most: number): string {
  return `Expected at most ${most} records in a message, got more.`
}

/** The place after a byte order mark, if there is one. */
export function passByteOrderMark(bytes: Uint8Array, start: number, end: number): number {
  return end - start > 2 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf ? start + 3 : start
}
