/** Blobs in memory: for tests and simulations. */
import type { BlobInfo, BlobLock, BlobStore, BlobWriter } from './blob-store.ts'
import { blobErrors } from './errors.ts'

export class MemoryBlobs implements BlobStore {
  readonly place = 'memory'
  readonly #blobs = new Map<string, Uint8Array>()
  #isLocked = false

  create(name: string): Promise<BlobWriter> {
    const parts: Uint8Array[] = []
    return Promise.resolve({
      append: async (bytes) => void parts.push(new Uint8Array(bytes)),
      finish: async () => void this.#blobs.set(name, joined(parts)),
      abandon: async () => {},
    })
  }

  async read(name: string, start = 0, length = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    const bytes = this.#blobs.get(name)
    if (bytes === undefined) throw blobErrors.BLOBS_NOT_FOUND({ name, place: this.place })
    return bytes.slice(start, Math.min(bytes.length, start + length))
  }

  list(prefix: string): Promise<BlobInfo[]> {
    const names = [...this.#blobs.keys()].filter((name) => name.startsWith(prefix)).sort()
    return Promise.resolve(names.map((name) => ({ name, bytes: this.#blobs.get(name)?.length ?? 0 })))
  }

  async remove(name: string): Promise<void> {
    this.#blobs.delete(name)
  }

  async lock(): Promise<BlobLock> {
    if (this.#isLocked) throw blobErrors.BLOBS_LOCKED({ place: this.place })
    this.#isLocked = true
    return {
      release: async () => {
        this.#isLocked = false
      },
    }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
