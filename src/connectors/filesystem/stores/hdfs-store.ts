/**
 * Files in HDFS. A part is written as hidden files of some megabytes, each in one request that can be repeated as a whole; HDFS puts their
 * blocks together when the part is whole, and renames it into sight at the commit.
 */
import path from 'node:path'
import type { Readable } from 'node:stream'
import type { Clock } from '#base'
import { type HdfsEntry, isNotFound, openHdfs, parseHdfsAddress, type RemoteWatch, type WebHdfs } from '#blobs'
import { filesystemErrors } from '../errors.ts'
import type {
  BlockFile,
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
import { removeHiddenParts } from './hidden-parts.ts'
import { inTurns } from './in-turns.ts'
import { type FetchRange, openRemote, streamRemote } from './remote-file.ts'
import { type FoundName, findRemote, goneError } from './remote-listing.ts'

const requestsMax = 4
const segmentBytes = 8 * 1024 * 1024

export interface HdfsPlace {
  /** As `hdfs://host:port`. */
  readonly place: string
  readonly path: string
}

export class HdfsStore implements FileStore {
  readonly root: string
  readonly showsHeld = true
  /** Each keeps some megabytes in memory. */
  readonly openPartsMax = 32
  readonly #place: HdfsPlace
  readonly #clock: Clock
  readonly #watch: RemoteWatch | null
  #opened: Promise<WebHdfs> | undefined

  constructor(place: HdfsPlace, clock: Clock, watch: RemoteWatch | null) {
    this.#place = place
    this.#clock = clock
    this.#watch = watch
    this.root = `${place.place}${place.path}`
  }

  static placeOf(text: string): HdfsPlace {
    const { place, path: root } = parseHdfsAddress(text)
    return { place, path: root }
  }

  #files(): Promise<WebHdfs> {
    this.#opened ??= openHdfs(this.#place.place, this.#clock, this.#watch)
    return this.#opened
  }

  #absolute(name: string): string {
    return path.posix.join('/', this.#place.path, name).replace(/(?<=.)\/$/, '')
  }

  pathOf(name: string): string {
    return `${this.#place.place}${this.#absolute(name)}`
  }

  async find(pattern: RegExp | null, anyMatch: boolean): Promise<FoundFile[]> {
    const { place, path: root } = this.#place
    return findRemote({ root, addressOf: (name) => `${place}${name}`, list: (name) => this.#list(name) }, pattern, anyMatch)
  }

  async #list(name: string): Promise<FoundName[] | null> {
    const files = await this.#files()
    const entry = await files.look(name === '' ? '/' : name)
    if (entry === null) return null
    const found: FoundName[] = []
    await this.#collect(files, name, entry, found)
    return found
  }

  async #collect(files: WebHdfs, name: string, entry: HdfsEntry, found: FoundName[]): Promise<void> {
    if (!entry.isDirectory) {
      found.push({ name, size: entry.bytes, modifiedMs: entry.modifiedMs, version: versionOf(entry) })
      return
    }
    for (const each of await files.list(name === '' ? '/' : name)) await this.#collect(files, `${name}/${each.name}`, each, found)
  }

  #fetchOf({ path: address, size, version }: FileToRead): FetchRange {
    const name = address.slice(this.#place.place.length)
    return async (offset, length) => {
      const files = await this.#files()
      try {
        const bytes = await files.read(name, offset, length)
        // Files have no number of their version: one that looks the same after it was read is the one that was found.
        const entry = await files.look(name)
        if (entry === null) throw filesystemErrors.CONNECTORS_FILESYSTEM_FILE_GONE({ path: address })
        if (version !== undefined && versionOf(entry) !== version)
          throw filesystemErrors.CONNECTORS_FILESYSTEM_FILE_CHANGED({ path: address })
        if (bytes.length < length && entry.bytes < size) throw filesystemErrors.CONNECTORS_FILESYSTEM_FILE_SHRUNK({ path: address })
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
    const entry = await (await this.#files()).look(this.#absolute(''))
    if (entry === null || entry.isDirectory) return
    throw filesystemErrors.CONNECTORS_FILESYSTEM_PATH_MISMATCH(
      { path: given },
      { detail: 'It is a file; rows are written to files in a directory.' },
    )
  }

  async entries(directory: string): Promise<StoreEntry[]> {
    return (await this.#files()).list(this.#absolute(directory))
  }

  part(names: PartNames): HiddenPart {
    const inProgress = this.#absolute(names.inProgress)
    const segments = new Segments(inProgress, () => this.#files())
    return {
      name: this.pathOf(names.inProgress),
      open: async () => segments,
      seal: async () => {
        await this.#move(inProgress, this.#absolute(names.pending))
        return { from: names.pending, to: names.committed }
      },
      discard: async () => {
        const files = await this.#files()
        for (const name of [...segments.names, this.#absolute(names.pending)]) await files.remove(name)
      },
    }
  }

  heldPath(name: string): string {
    return this.pathOf(name)
  }

  async removeHeld(name: string): Promise<void> {
    await this.remove(name)
  }

  async #move(from: string, to: string): Promise<void> {
    const files = await this.#files()
    if (await files.rename(from, to)) return
    // An earlier try, whose answer was lost, may have moved it already.
    if ((await files.look(to)) === null) throw filesystemErrors.CONNECTORS_FILESYSTEM_FILE_LOST({ path: `${this.#place.place}${from}` })
  }

  async syncParts(): Promise<void> {}

  async publish(parts: readonly PreparedPart[]): Promise<void> {
    await inTurns(parts, requestsMax, ({ from, to }) => this.#move(this.#absolute(from), this.#absolute(to)))
  }

  async syncPublished(): Promise<void> {}

  removeParts(uid: string, stages: readonly PartStage[], held: ReadonlySet<string> = new Set()): Promise<number> {
    return removeHiddenParts(this, '', { uid, stages, held })
  }

  async writeText(name: string, text: string): Promise<void> {
    await (await this.#files()).write(this.#absolute(name), Buffer.from(text))
  }

  async readText(name: string): Promise<string | null> {
    try {
      const files = await this.#files()
      const entry = await files.look(this.#absolute(name))
      return entry === null ? null : Buffer.from(await files.read(this.#absolute(name), 0, entry.bytes)).toString()
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
  }

  async remove(name: string): Promise<void> {
    await (await this.#files()).remove(this.#absolute(name))
  }

  async close(): Promise<void> {
    ;(await this.#opened?.catch(() => undefined))?.close()
  }
}

function versionOf({ bytes, modifiedMs }: HdfsEntry): string {
  return `${modifiedMs}-${bytes}`
}

/** The bytes of a part as files of some megabytes, which become one file in the end. */
class Segments implements BlockFile {
  readonly names: string[] = []
  readonly #inProgress: string
  readonly #files: () => Promise<WebHdfs>
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #bytes = 0

  constructor(inProgress: string, files: () => Promise<WebHdfs>) {
    this.#inProgress = inProgress
    this.#files = files
  }

  async write(bytes: Uint8Array, at: number, length: number): Promise<{ readonly bytesWritten: number }> {
    this.#waiting.push(bytes.subarray(at, at + length))
    this.#waitingBytes += length
    if (this.#waitingBytes >= segmentBytes) await this.#send()
    return { bytesWritten: length }
  }

  async #send(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#waitingBytes = 0
    const count = this.names.length
    const name = count === 0 ? this.#inProgress : this.#inProgress.replace(/\.inprogress$/, `.${count}.inprogress`)
    this.names.push(name)
    await (await this.#files()).write(name, bytes)
    this.#bytes += bytes.length
  }

  async sync(): Promise<void> {
    if (this.#waitingBytes > 0 || this.names.length === 0) await this.#send()
    const [first = '', ...others] = this.names
    if (others.length === 0) return
    const files = await this.#files()
    try {
      await files.concat(first, others)
    } catch (error) {
      // An earlier try, whose answer was lost, may have done so already.
      const isGone = isNotFound(error)
      if (!isGone || (await files.look(first))?.bytes !== this.#bytes) throw error
    }
  }

  async close(): Promise<void> {}
}
