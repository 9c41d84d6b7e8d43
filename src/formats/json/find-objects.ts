/** Finds the objects of an array without reading them. */
import { closeArray, comma, type JsonScanner, openObject } from './scanner.ts'

/** Where objects begin and end. */
export class FoundObjects {
  starts: number[] = []
  ends: number[] = []
  count = 0
  /** Why they were not all found: there are too many, or there is something else in the array. */
  trouble: 'none' | 'many' | 'others' = 'none'
  /** More are not looked for. */
  readonly most: number

  constructor(most: number) {
    this.most = most
  }

  /** Gives up the memory that many of them took. */
  clear(): void {
    this.starts = []
    this.ends = []
    this.count = 0
  }
}

/** What the scanner says was expected where there are more objects than are taken. */
export const tooMany = 'fewer objects'

/** Finds the objects of the array at `start`; returns the place after it, or a negative number where it holds something else, or more. */
export function findObjects(scanner: JsonScanner, bytes: Uint8Array, start: number, found: FoundObjects): number {
  found.count = 0
  found.trouble = 'none'
  let at = scanner.blanks(bytes, start + 1)
  if (bytes[at] === closeArray) return at + 1
  for (; ; at = scanner.blanks(bytes, at + 1)) {
    const stop = bytes[at] === openObject ? scanner.value(bytes, at) : scanner.fail(at, '"{"')
    if (stop < 0) return stop
    if (found.count === found.most) return scanner.fail(at, tooMany)
    found.starts[found.count] = at
    found.ends[found.count] = stop
    found.count++
    at = scanner.blanks(bytes, stop)
    if (bytes[at] === closeArray) return at + 1
    if (bytes[at] !== comma) return scanner.fail(at, '"," or "]"')
  }
}
