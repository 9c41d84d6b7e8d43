/**
 * Where records end, found without reading them, so that several readers can share a file. An end is only given where it is certain:
 * whoever reads from the place behind it finds the records that a single reader finds there.
 */
import { lineFeed } from './line-end.ts'

export interface RecordEnds {
  /** Whether it has to see all bytes from the start of a record on; else it may begin anywhere. */
  readonly needsAll: boolean
  /**
   * Goes on over bytes that follow those before, and gives the place behind the first record that ends at `from` or later, where it is
   * called with again; −1 when none does, which takes all of them. Null when no end is certain any more.
   */
  find(bytes: Uint8Array, start: number, end: number, from: number): number | null
}

/** Of records that are lines. */
export const lineEnds: RecordEnds = {
  needsAll: false,
  find: (bytes, start, end, from) => {
    const at = bytes.indexOf(lineFeed, Math.max(start, from))
    return at < 0 || at >= end ? -1 : at + 1
  },
}
