/**
 * Small files are not shown but held, hidden, until those of a directory make a file of the wanted size, are old enough, or their
 * partition counts as whole. Then one file is made of them, which is shown in their stead by the same commit that lets them go: a reader
 * never sees a row twice, nor a file that goes away.
 */
import path from 'node:path'
import type { AppendableFile, FileFormat, FormatTable, RecordEncoder } from '#formats'
import { PartFile, type PartPlan, type RowWriter } from './part-file.ts'
import { ReadableHandle } from './readable-handle.ts'
import type { FileStore } from './stores/file-store.ts'

/** A part that is held, as JSON. */
export interface HeldPart {
  /** Its hidden name. */
  readonly from: string
  readonly bytes: number
  readonly openedMs: number
}

export interface MergeLimits {
  readonly bytes: number
  readonly ageMs: number
}

export class HeldParts {
  readonly #limits: MergeLimits
  readonly #held = new Map<string, HeldPart[]>()

  constructor(limits: MergeLimits) {
    this.#limits = limits
  }

  add(part: HeldPart): void {
    const directory = path.posix.dirname(part.from)
    const others = this.#held.get(directory)
    if (others === undefined) this.#held.set(directory, [part])
    else if (others.every(({ from }) => from !== part.from)) others.push(part)
  }

  get all(): readonly HeldPart[] {
    return [...this.#held.values()].flat()
  }

  /** The parts of each directory that is to be merged now. */
  takeDue(nowMs: number, isWhole: (directory: string) => boolean): (readonly HeldPart[])[] {
    const due: (readonly HeldPart[])[] = []
    for (const [directory, parts] of this.#held) {
      const bytes = parts.reduce((sum, part) => sum + part.bytes, 0)
      const isOld = parts.some(({ openedMs }) => nowMs - openedMs >= this.#limits.ageMs)
      if (!isOld && bytes < this.#limits.bytes && !isWhole(directory)) continue
      due.push(parts)
      this.#held.delete(directory)
    }
    return due
  }
}

/** How the rows of held parts become one file. */
export type Merging =
  | { readonly kind: 'records'; readonly encoder: RecordEncoder }
  | { readonly kind: 'file'; readonly format: FileFormat; readonly content: FormatTable }

export class Merge {
  readonly #store: FileStore
  readonly #merging: Merging
  readonly #signal: AbortSignal

  constructor(store: FileStore, merging: Merging, signal: AbortSignal) {
    this.#store = store
    this.#merging = merging
    this.#signal = signal
  }

  /** One part with the rows of all, in their order. */
  async join(parts: readonly HeldPart[], plan: PartPlan): Promise<PartFile> {
    const merging = this.#merging
    const merged = merging.kind === 'records' ? this.#appended(plan, parts, merging.encoder) : this.#rewritten(plan, parts, merging)
    try {
      await merged.copied
      await merged.part.finish()
      return merged.part
    } catch (error) {
      await merged.part.discard()
      throw error
    }
  }

  /** Records stay as they are; only the first file has what every file begins with. */
  #appended(plan: PartPlan, parts: readonly HeldPart[], { header }: RecordEncoder) {
    let target: AppendableFile | null = null
    const part = new PartFile(this.#store, plan, (file) => {
      target = file
      return { bytes: 0, write: () => {}, finish: async () => {} }
    })
    const copy = async (): Promise<void> => {
      for (const [index, { from, bytes }] of parts.entries()) {
        const source = await this.#store.open({ path: this.#store.heldPath(from), size: bytes }, 'forward')
        try {
          for (let offset = index === 0 ? 0 : (header?.length ?? 0); offset < bytes; ) {
            const chunk = new Uint8Array(Math.min(1_048_576, bytes - offset))
            const count = await source.read(chunk, 0, chunk.length, offset)
            if (count === 0) break
            offset += count
            await target?.append(chunk.subarray(0, count))
          }
        } finally {
          await source.close()
        }
      }
    }
    return { part, copied: copy() }
  }

  #rewritten(plan: PartPlan, parts: readonly HeldPart[], { format, content }: Extract<Merging, { kind: 'file' }>) {
    let rows: RowWriter | null = null
    const part = new PartFile(this.#store, plan, (file) => {
      rows = format.openWriter?.(content, file) ?? null
      return rows ?? { bytes: 0, write: () => {}, finish: async () => {} }
    })
    const columns = content.schema
    const copy = async (): Promise<void> => {
      for (const { from, bytes } of parts) {
        const handle = await ReadableHandle.open(this.#store, { path: this.#store.heldPath(from), size: bytes })
        try {
          const reader = await format.openReader(content, handle, { columns, conditions: [], position: null, signal: this.#signal })
          for (let batch = await reader.read(); batch !== null; batch = await reader.read()) await rows?.write(batch)
          await reader.close()
        } finally {
          await handle.close()
        }
      }
    }
    return { part, copied: copy() }
  }
}
