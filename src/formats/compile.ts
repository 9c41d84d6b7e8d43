/** Makes functions of generated source: the one place of this room where text becomes code. */

/**
 * Fills the stores with whole records of bytes that end with a line feed, and returns the offset after the last one. Decoders that
 * read messages one by one begin at a row.
 */
export type RunRecords = (bytes: Uint8Array, start: number, end: number, rowsMax: number, firstRow: number) => number

/** `source` is the body of a function of `slots` that returns the wanted one. Text of a user is in the slots alone. */
export function compileSource<Run = RunRecords>(source: string, slots: Readonly<Record<string, unknown>>): Run {
  const create = new Function('slots', source) as (slots: Readonly<Record<string, unknown>>) => Run
  return create(slots)
}

/** Generated code is quickest with one kind of array: a Buffer is another. */
export function plainArray(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
