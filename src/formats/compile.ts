/** Makes functions of generated source: the one place of this room where text becomes code. */

/** Fills the stores with whole records of bytes that end with a line feed, and returns the offset after the last one. */
export type RunRecords = (bytes: Uint8Array, start: number, end: number, rowsMax: number) => number

/** `source` is the body of a function of `slots` that returns the decoder. Text of a user is in the slots alone. */
export function compileDecoder(source: string, slots: Readonly<Record<string, unknown>>): RunRecords {
  const create = new Function('slots', source) as (slots: Readonly<Record<string, unknown>>) => RunRecords
  return create(slots)
}
