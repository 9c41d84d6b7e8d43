/**
 * Files as objects of a bucket. A part is an upload in parts to the name that it will have: the store keeps its bytes, safe and out of
 * sight, until the upload is ended. So a commit is one request for each part, which can be repeated: an upload that is gone has made its
 * object, for nobody else writes an object of that name.
 */
import path from 'node:path'
import type { Readable } from 'node:stream'
import type { Clock } from '#base'
import { isNotFound, openObjects, parseBucketAddress, type RemoteWatch, type S3Objects } from '#blobs'
import { filesystemErrors } from '../errors.ts'
import type {
  FileStore,
  FileToRead,
  FoundFile,
  HiddenPart,
  OpenedFile,
  PartNames,
  PartStage,
  PreparedPart,
  StoreEntry,
} from './file-store.ts'
import { inTurns } from './in-turns.ts'
import { type FetchRange, openRemote, streamRemote } from './remote-file.ts'
import { type FoundName, findRemote, goneError } from './remote-listing.ts'
import { HeldUpload, ObjectUpload } from './s3-upload.ts'

/** Requests of one kind at the same time. */
const requestsMax = 8

export interface BucketPlace {
  /** As `s3://bucket`. */
  readonly bucket: string
  /** Without slashes at its ends. */
  readonly key: string
}

export class S3Store implements FileStore {
  readonly root: string
  readonly showsHeld = false
  /** Each keeps some megabytes in memory. */
  readonly openPartsMax = 32
  readonly #place: BucketPlace
  readonly #clock: Clock
  readonly #watch: RemoteWatch | null
  #opened: Promise<S3Objects> | undefined

  constructor(place: BucketPlace, clock: Clock, watch: RemoteWatch | null) {
    this.#place = place
    this.#clock = clock
    this.#watch = watch
    this.root = place.key === '' ? place.bucket : `${place.bucket}/${place.key}`
  }

  static placeOf(text: string): BucketPlace {
    const [, bucket = '', rest = ''] = /^s3a?:\/\/([^/]*)\/?(.*)$/i.exec(text) ?? []
    const { place } = parseBucketAddress(`s3://${bucket}`)
    const key = rest
      .split('/')
      .filter((step) => step !== '')
      .join('/')
    return { bucket: place, key }
  }

  #objects(): Promise<S3Objects> {
    this.#opened ??= openObjects(this.#place.bucket, this.#clock, this.#watch)
    return this.#opened
  }

  #keyOf(name: string): string {
    return path.posix.join(this.#place.key, name)
  }

  pathOf(name: string): string {
    return `${this.#place.bucket}/${this.#keyOf(name)}`
  }

  async find(pattern: RegExp | null, anyMatch: boolean): Promise<FoundFile[]> {
    const { bucket, key } = this.#place
    const addressOf = (name: string): string => `${bucket}/${name}`
    return findRemote({ root: key, addressOf, list: (name) => this.#list(name) }, pattern, anyMatch)
  }

  async #list(name: string): Promise<FoundName[] | null> {
    const objects = await this.#objects()
    const listed = await objects.list(name === '' ? '' : `${name}/`)
    // Consoles make directories as objects without bytes, whose names end with a slash.
    const files = listed.filter((each) => !each.name.endsWith('/'))
    if (listed.length === 0 && name !== '') {
      const one = await objects.head(name)
      if (one === null) return null
      files.push(one)
    }
    return files.map(({ name: found, bytes, mark, modifiedMs }) => ({ name: found, size: bytes, modifiedMs, version: mark }))
  }

  #fetchOf({ path: address, version }: FileToRead): FetchRange {
    const key = address.slice(this.#place.bucket.length + 1)
    return async (offset, length) => {
      try {
        const bytes = await (await this.#objects()).getUnchanged(key, version, offset, length)
        if (bytes === null) throw filesystemErrors.CONNECTORS_FILESYSTEM_FILE_CHANGED({ path: address })
        return bytes
      } catch (error) {
        throw goneError(error, address)
      }
    }
  }

  async open(file: FileToRead, order: 'forward' | 'any'): Promise<OpenedFile> {
    return openRemote(file, this.#fetchOf(file), order)
  }

  stream(file: FileToRead, start: number): Readable {
    return streamRemote(file, this.#fetchOf(file), start)
  }

  async checkDirectory(given: string): Promise<void> {
    const { key } = this.#place
    // The answer to a list says what is wrong with keys or region, as that about one object does not.
    await this.entries('')
    if (key === '' || (await (await this.#objects()).head(key)) === null) return
    throw filesystemErrors.CONNECTORS_FILESYSTEM_PATH_MISMATCH(
      { path: given },
      { detail: 'It is an object; rows are written to objects below a prefix.' },
    )
  }

  /** Only files: there are no directories to look into. */
  async entries(directory: string): Promise<StoreEntry[]> {
    const key = this.#keyOf(directory).replace(/^\.?\/?|\/$/g, '')
    const prefix = key === '' ? '' : `${key}/`
    const listed = await (await this.#objects()).list(prefix, 'here')
    return listed.map(({ name }) => ({ name: name.slice(prefix.length), isDirectory: false })).filter(({ name }) => name !== '')
  }

  part(names: PartNames, isHeld = false): HiddenPart {
    const plan = { names, key: this.#keyOf(names.committed), objects: () => this.#objects(), pathOf: (name: string) => this.pathOf(name) }
    // What will be read again before it is published must be an object; its name is hidden, and beside the root it is found at once.
    return isHeld ? new HeldUpload({ ...plan, key: this.#heldKey(names.pending) }) : new ObjectUpload(plan)
  }

  #heldKey(name: string): string {
    return this.#keyOf(path.posix.basename(name))
  }

  heldPath(name: string): string {
    return `${this.#place.bucket}/${this.#heldKey(name)}`
  }

  async removeHeld(name: string): Promise<void> {
    await (await this.#objects()).remove(this.#heldKey(name))
  }

  async syncParts(): Promise<void> {}

  async publish(parts: readonly PreparedPart[]): Promise<void> {
    const objects = await this.#objects()
    await inTurns(parts, requestsMax, async ({ to, upload }) => {
      const key = this.#keyOf(to)
      if (upload !== undefined && (await objects.endUnlessGone(key, upload.id, upload.marks))) return
      // An earlier try may have ended it already.
      if ((await objects.head(key)) === null) throw filesystemErrors.CONNECTORS_FILESYSTEM_FILE_LOST({ path: this.pathOf(to) })
    })
  }

  async syncPublished(): Promise<void> {}

  /** The stages of uploads look alike: all of them count as pending. */
  async removeParts(uid: string, stages: readonly PartStage[], kept: ReadonlySet<string> = new Set()): Promise<number> {
    const objects = await this.#objects()
    const { key } = this.#place
    const prefix = key === '' ? '' : `${key}/`
    const isOf = (name: string): boolean => path.posix.basename(name).replace(/^\./, '').startsWith(`part-${uid}-`)
    const uploads = (await objects.listUploads(prefix)).filter(({ name }) => isOf(name))
    const held = await objects.list(`${prefix}.part-${uid}-`)
    if (!stages.includes('pending')) return uploads.length + held.length
    await inTurns(uploads, requestsMax, async ({ name, upload }) => {
      await objects.abandonUpload(name, upload)
    })
    const keptKeys = new Set([...kept].map((name) => this.#heldKey(name)))
    const unwanted = held.filter(({ name }) => !keptKeys.has(name))
    await inTurns(unwanted, requestsMax, ({ name }) => objects.remove(name))
    return held.length - unwanted.length
  }

  async writeText(name: string, text: string): Promise<void> {
    await (await this.#objects()).put(this.#keyOf(name), Buffer.from(text))
  }

  async readText(name: string): Promise<string | null> {
    try {
      return Buffer.from((await (await this.#objects()).get(this.#keyOf(name), 0, Number.POSITIVE_INFINITY)).bytes).toString()
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
  }

  async remove(name: string): Promise<void> {
    await (await this.#objects()).remove(this.#keyOf(name))
  }

  async close(): Promise<void> {
    ;(await this.#opened?.catch(() => undefined))?.close()
  }
}
