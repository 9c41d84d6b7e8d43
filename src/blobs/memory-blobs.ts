/** Blobs in memory: for tests and simulations. */
import type { BlobInfo, BlobLock, BlobStore, BlobWriter } from './blob-store.ts'
import { blobErrors } from './errors.ts'
import { joined } from './joined.ts'

export class MemoryBlobs implements BlobStore {
  readonly place = 'memory'
  readonly #blobs = new Map<string, Uint8Array>()
  #locksTaken = 0
  #isLocked = false

  create(name: string, mode: 'replace' | 'new' = 'replace'): Promise<BlobWriter> {
    const parts: Uint8Array[] = []
    return Promise.resolve({
      append: async (bytes) => void parts.push(new Uint8Array(bytes)),
      finish: async () => {
        if (mode === 'new' && this.#blobs.has(name)) throw blobErrors.BLOBS_EXISTS({ name, place: this.place })
        this.#blobs.set(name, joined(parts))
      },
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
      token: String(++this.#locksTaken),
      check: () => {},
      confirm: async () => {},
      release: async () => {
        this.#isLocked = false
      },
    }
  }
}
