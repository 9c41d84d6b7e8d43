/** Drives a decoder over bytes at hand, for tests. */
import { rowsOf, type Schema } from '#data'
import type { RecordDecoder } from './format.ts'

/** The boxed rows of an input given in chunks, as a reader of a stream would give it: what is left of a chunk comes before the next. */
export function decodeRows(decoder: RecordDecoder, schema: Schema, chunks: readonly Uint8Array[], name = 'input'): unknown[][] {
  const rows: unknown[][] = []
  let rest: Uint8Array = new Uint8Array(0)
  decoder.begin(name, 0)
  chunks.forEach((chunk, index) => {
    const bytes = new Uint8Array(rest.length + chunk.length)
    bytes.set(rest)
    bytes.set(chunk, rest.length)
    const last = index === chunks.length - 1
    let at = 0
    for (;;) {
      const next = decoder.decode(bytes, at, bytes.length, last)
      for (const row of rowsOf(decoder.batch, schema)) rows.push(row)
      if (next === at || next === bytes.length) {
        at = next
        break
      }
      at = next
    }
    rest = bytes.subarray(at)
  })
  return rows
}

/** What a run says when it fails; `none` when it does not. */
export function failure(run: () => unknown): { readonly code: string; readonly message: string; readonly detail: string } {
  try {
    run()
  } catch (error) {
    return error as { code: string; message: string; detail: string }
  }
  return { code: 'none', message: '', detail: '' }
}
