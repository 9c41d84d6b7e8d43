/** Writes one object: a small one in one request, a large one in parts, each sent when it is full. */
import type { BlobWriter } from '../blob-store.ts'
import { blobErrors } from '../errors.ts'
import { joined } from '../joined.ts'
import { isRefused } from './s3-failure.ts'
import type { Mark, S3Objects } from './s3-objects.ts'

const firstPartBytes = 8 * 1024 * 1024
/** An object has at most 10,000 parts: they grow, so that large ones fit. */
const partsOfOneSize = 1000

interface S3Blob {
  readonly name: string
  readonly place: string
  readonly mode: 'replace' | 'new'
}

export class S3Writer implements BlobWriter {
  readonly #objects: S3Objects
  readonly #blob: S3Blob
  readonly #marks: Mark[] = []
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #upload: string | null = null

  constructor(objects: S3Objects, blob: S3Blob) {
    this.#objects = objects
    this.#blob = blob
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(new Uint8Array(bytes))
    this.#waitingBytes += bytes.length
    const partBytes = firstPartBytes * 2 ** Math.floor(this.#marks.length / partsOfOneSize)
    if (this.#waitingBytes >= partBytes) await this.#sendPart()
  }

  async finish(): Promise<void> {
    const { name, mode } = this.#blob
    const condition = mode === 'new' ? ({ ifNone: true } as const) : {}
    if (this.#upload === null) {
      const bytes = this.#takeWaiting()
      await this.#refusing(bytes, () => this.#objects.put(name, bytes, condition))
      return
    }
    if (this.#waitingBytes > 0) await this.#sendPart()
    const upload = this.#upload
    await this.#refusing(null, () => this.#objects.endParts(name, upload, this.#marks, condition))
    this.#upload = null
  }

  async abandon(): Promise<void> {
    const upload = this.#upload
    this.#upload = null
    this.#takeWaiting()
    // Parts that stay cost room until the bucket's own rules remove them; a failure here would hide the one before.
    if (upload !== null) await this.#objects.abandonParts(this.#blob.name, upload).catch(() => {})
  }

  async #sendPart(): Promise<void> {
    const { name } = this.#blob
    const bytes = this.#takeWaiting()
    this.#upload ??= await this.#objects.beginParts(name)
    this.#marks.push(await this.#objects.putPart(name, this.#upload, this.#marks.length + 1, bytes))
  }

  #takeWaiting(): Uint8Array {
    const bytes = joined(this.#waiting)
    this.#waiting = []
    this.#waitingBytes = 0
    return bytes
  }

  /** Fails when the name is taken, unless by ourselves: an answer may be lost after the request was heeded. */
  async #refusing(sent: Uint8Array | null, send: () => Promise<unknown>): Promise<void> {
    const { name, place } = this.#blob
    try {
      await send()
    } catch (error) {
      if (!isRefused(error)) throw error
      const there = sent === null ? null : await this.#objects.get(name, 0, Number.POSITIVE_INFINITY)
      if (sent === null || there === null || !Buffer.from(there.bytes).equals(sent)) throw blobErrors.BLOBS_EXISTS({ name, place })
    }
  }
}
