/** Goes through the batches of a segment, and tells a write that was cut short from damage. */
import type { DiskFile } from './disk.ts'
import { topicErrors } from './errors.ts'
import { type BatchHead, findMark, headBytes, isSound, readHead } from './record-batch.ts'

const chunkBytes = 1_048_576

/** A place between two batches: where it is, and the number of the record that follows. */
export interface SegmentPlace {
  readonly position: number
  readonly record: number
}

/**
 * Goes through the batches from a place on, in order, as far as they are sound and their writes whole, and returns where that is.
 * `isTrusted` leaves out the check sums.
 */
export async function scanSegment(
  file: DiskFile,
  from: SegmentPlace,
  each: (head: BatchHead, position: number) => void,
  isTrusted = false,
): Promise<SegmentPlace> {
  let whole = from
  let { position, record } = from
  let write: { readonly head: BatchHead; readonly position: number }[] = []
  let bytes = Buffer.alloc(Math.max(headBytes, Math.min(chunkBytes, file.size() - position)))
  for (;;) {
    const length = await file.read(bytes, position)
    const view = new DataView(bytes.buffer, bytes.byteOffset, length)
    let at = 0
    let next: BatchHead | null = null
    for (; at + headBytes <= length; at += next.bytes) {
      next = readHead(view, at)
      if (next === null || next.firstRecord !== record || at + next.bytes > length) break
      if (!isTrusted && !isSound(bytes, at, next.bytes)) return whole
      write.push({ head: next, position: position + at })
      record += next.records
      if (position + at + next.bytes !== next.writeEnd) continue
      for (const batch of write) each(batch.head, batch.position)
      write = []
      whole = { position: next.writeEnd, record }
    }
    position += at
    const needs = next === null || at + headBytes > length || next.firstRecord !== record ? 0 : next.bytes
    if (at === 0 && (needs <= bytes.length || position + needs > file.size())) return whole
    if (needs > bytes.length) bytes = Buffer.alloc(needs)
  }
}

/**
 * Fails when what lies at a place, which is no sound batch, was one: when a later write, begun after what was there had been safe, is
 * behind it. Else it is the rest of a write that never came to its end.
 */
export async function checkTail(file: DiskFile, position: number): Promise<void> {
  const rest = Buffer.alloc(Math.max(0, file.size() - position))
  const length = await file.read(rest, position)
  const view = new DataView(rest.buffer, rest.byteOffset, length)
  for (let at = findMark(rest, 0); at >= 0 && at + headBytes <= length; at = findMark(rest, at + 1)) {
    const head = readHead(view, at)
    if (head === null || at + head.bytes > length || head.writeStart <= position || !isSound(rest, at, head.bytes)) continue
    throw damaged(file.path, position)
  }
}

export function damaged(file: string, position: number): Error {
  return topicErrors.TOPICS_FILE_DAMAGED({ file, position })
}
