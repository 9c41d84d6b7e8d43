/** A part as an upload in parts. */
import type { S3Objects } from '#blobs'
import type { BlockFile, HiddenPart, PartNames, PreparedPart } from './file-store.ts'

/** What the first thousand parts of an upload have, of ten thousand that it may have: the others are larger. Smaller ones are refused. */
const partBytes = 5 * 1024 * 1024
const partsOfOneSize = 1000

export interface UploadPlan {
  readonly names: PartNames
  /** Of the object that it becomes. */
  readonly key: string
  readonly objects: () => Promise<S3Objects>
  readonly pathOf: (name: string) => string
}

class Upload implements BlockFile {
  readonly #plan: UploadPlan
  readonly #marks: Promise<string>[] = []
  #id: Promise<string> | null = null
  #waiting: Uint8Array[] = []
  #waitingBytes = 0

  constructor(plan: UploadPlan) {
    this.#plan = plan
  }

  async write(bytes: Uint8Array, at: number, length: number): Promise<{ readonly bytesWritten: number }> {
    this.#waiting.push(bytes.subarray(at, at + length))
    this.#waitingBytes += length
    if (this.#waitingBytes >= partBytes * 2 ** Math.floor(this.#marks.length / partsOfOneSize)) await this.#send()
    return { bytesWritten: length }
  }

  /** One part is on its way while the next is filled. */
  async #send(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#waitingBytes = 0
    const before = this.#marks.at(-1)
    const number = this.#marks.length + 1
    const mark = (async () => {
      const objects = await this.#plan.objects()
      this.#id ??= objects.beginParts(this.#plan.key)
      return objects.putPart(this.#plan.key, await this.#id, number, bytes)
    })()
    mark.catch(() => {})
    this.#marks.push(mark)
    await before
  }

  async sync(): Promise<void> {
    if (this.#waitingBytes > 0 || this.#marks.length === 0) await this.#send()
    await Promise.all(this.#marks)
  }

  async close(): Promise<void> {}

  async prepared(): Promise<{ readonly id: string; readonly marks: readonly string[] }> {
    return { id: (await this.#id) ?? '', marks: await Promise.all(this.#marks) }
  }

  async abandon(): Promise<void> {
    await Promise.allSettled(this.#marks)
    const id = await this.#id?.catch(() => null)
    if (id === null || id === undefined) return
    // Parts that stay are removed by the next run; a failure here would hide the one before.
    await (await this.#plan.objects()).abandonParts(this.#plan.key, id).catch(() => {})
  }
}

/** Visible once the upload is ended, by the commit. */
export class ObjectUpload implements HiddenPart {
  readonly name: string
  protected readonly plan: UploadPlan
  protected readonly upload: Upload

  constructor(plan: UploadPlan) {
    this.plan = plan
    this.upload = new Upload(plan)
    this.name = plan.pathOf(plan.names.committed)
  }

  async open(): Promise<BlockFile> {
    return this.upload
  }

  async seal(): Promise<PreparedPart> {
    const { pending, committed } = this.plan.names
    return { from: pending, to: committed, upload: await this.upload.prepared() }
  }

  async discard(): Promise<void> {
    await this.upload.abandon()
  }
}

/** An object of a hidden name, to be read before the commit. */
export class HeldUpload extends ObjectUpload {
  override async seal(): Promise<PreparedPart> {
    const { pending, committed } = this.plan.names
    const { id, marks } = await this.upload.prepared()
    const objects = await this.plan.objects()
    await objects.endUnlessGone(this.plan.key, id, marks)
    return { from: pending, to: committed }
  }

  override async discard(): Promise<void> {
    await this.upload.abandon()
    await (await this.plan.objects()).remove(this.plan.key)
  }
}
