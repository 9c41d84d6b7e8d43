/**
 * Files as topics need them, with coded errors. The functions of the system are handed in, so that tests can let any of them fail.
 * What is short and needs no safety is done at once; what waits for the disk gives promises.
 */
import * as nodeFiles from 'node:fs'
import path from 'node:path'
import { fileError } from './errors.ts'

export type FileFunctions = Pick<
  typeof nodeFiles,
  | 'openSync'
  | 'closeSync'
  | 'fstatSync'
  | 'ftruncateSync'
  | 'readSync'
  | 'writeSync'
  | 'readdirSync'
  | 'readFileSync'
  | 'renameSync'
  | 'rmSync'
  | 'mkdirSync'
  | 'existsSync'
  | 'read'
  | 'writev'
  | 'fdatasync'
  | 'fsync'
>

type CodedFailure = { code?: unknown }

export class Disk {
  readonly #files: FileFunctions

  constructor(files: FileFunctions = nodeFiles) {
    this.#files = files
  }

  /** `write`: for reading and writing, made when missing; `new`: the same, null when it is there already; `read`: null when missing. */
  open(file: string, mode: 'read'): DiskFile | null
  open(file: string, mode: 'write'): DiskFile
  open(file: string, mode: 'new'): DiskFile | null
  open(file: string, mode: 'read' | 'write' | 'new'): DiskFile | null {
    const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = nodeFiles.constants
    const flags = { read: O_RDONLY, write: O_RDWR | O_CREAT, new: O_RDWR | O_CREAT | O_EXCL }[mode]
    try {
      return new DiskFile(file, this.#files.openSync(file, flags), this.#files)
    } catch (error) {
      const { code } = error as CodedFailure
      if ((mode === 'read' && code === 'ENOENT') || (mode === 'new' && code === 'EEXIST')) return null
      throw fileError(error, file, mode === 'read' ? 'read' : 'write')
    }
  }

  /** Names in a folder, in no order; none where there is no such folder. */
  names(folder: string): string[] {
    try {
      return this.#files.readdirSync(folder)
    } catch (error) {
      if ((error as CodedFailure).code === 'ENOENT') return []
      throw fileError(error, folder, 'read')
    }
  }

  exists(file: string): boolean {
    return this.#files.existsSync(file)
  }

  /** Null where there is no such file. */
  readText(file: string): string | null {
    try {
      return this.#files.readFileSync(file, 'utf8')
    } catch (error) {
      if ((error as CodedFailure).code === 'ENOENT') return null
      throw fileError(error, file, 'read')
    }
  }

  /** Makes a file that is not there yet; false where it is. It may be gone after a loss of power. */
  createText(file: string, text: string): boolean {
    const made = this.open(file, 'new')
    if (made === null) return false
    try {
      made.writeNow(Buffer.from(text))
      return true
    } finally {
      made.close()
    }
  }

  /** Makes or replaces a file: afterwards the old or the new text is there, whatever happens meanwhile. */
  async replace(file: string, bytes: Uint8Array | string): Promise<void> {
    const beside = `${file}.new`
    this.remove(beside)
    const made = this.open(beside, 'write')
    try {
      made.writeNow(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
      await made.sync()
    } finally {
      made.close()
    }
    this.rename(beside, file)
    await this.syncFolder(path.dirname(file))
  }

  rename(from: string, to: string): void {
    this.#write(to, () => this.#files.renameSync(from, to))
  }

  /** Removes a file or a folder with all that is in it; one that is not there is no error. */
  remove(file: string): void {
    this.#write(file, () => this.#files.rmSync(file, { recursive: true, force: true }))
  }

  /** Makes a folder and those above it; one that is there is no error. */
  makeFolder(folder: string): void {
    this.#write(folder, () => {
      try {
        this.#files.mkdirSync(folder)
      } catch (error) {
        const { code } = error as CodedFailure
        const above = path.dirname(folder)
        if (code === 'EEXIST') return
        if (code !== 'ENOENT' || above === folder) throw error
        this.makeFolder(above)
        this.#makeBelow(folder)
      }
    })
  }

  /** What is above it is there: where it still cannot be made, as below /proc, it never can. Another one may have made it in the meantime. */
  #makeBelow(folder: string): void {
    try {
      this.#files.mkdirSync(folder)
    } catch (error) {
      if ((error as CodedFailure).code !== 'EEXIST') throw error
    }
  }

  /** Makes names in a folder safe. Some file systems cannot sync folders; they need not. */
  async syncFolder(folder: string): Promise<void> {
    const opened = this.open(folder, 'read')
    if (opened === null) return
    try {
      await opened.sync('folder')
    } finally {
      opened.close()
    }
  }

  #write(file: string, action: () => void): void {
    try {
      action()
    } catch (error) {
      throw fileError(error, file, 'write')
    }
  }
}

/** An open file. */
export class DiskFile {
  readonly path: string
  readonly #descriptor: number
  readonly #files: FileFunctions
  #isOpen = true

  constructor(file: string, descriptor: number, files: FileFunctions) {
    this.path = file
    this.#descriptor = descriptor
    this.#files = files
  }

  size(): number {
    try {
      return this.#files.fstatSync(this.#descriptor).size
    } catch (error) {
      throw fileError(error, this.path, 'read')
    }
  }

  /** Fills the bytes from a place in the file on; returns how many there are. */
  async read(bytes: Uint8Array, position: number): Promise<number> {
    for (let filled = 0; ; ) {
      const count = await new Promise<number>((resolve, reject) => {
        this.#files.read(this.#descriptor, bytes, filled, bytes.length - filled, position + filled, (error, read) => {
          if (error === null) resolve(read)
          else reject(fileError(error, this.path, 'read'))
        })
      })
      filled += count
      if (count === 0 || filled === bytes.length) return filled
    }
  }

  readNow(bytes: Uint8Array, position: number): number {
    try {
      return this.#files.readSync(this.#descriptor, bytes, 0, bytes.length, position)
    } catch (error) {
      throw fileError(error, this.path, 'read')
    }
  }

  /** Writes pieces one after another. */
  async write(pieces: readonly Uint8Array[], position: number): Promise<void> {
    let left = [...pieces]
    for (let at = position; left.length > 0; ) {
      const written = await this.#writeSome(left.slice(0, piecesMax), at)
      at += written
      left = behind(left, written)
    }
  }

  #writeSome(pieces: readonly Uint8Array[], position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#files.writev(this.#descriptor, pieces, position, (error, written) => {
        if (error === null) resolve(written)
        else reject(fileError(error, this.path, 'write'))
      })
    })
  }

  writeNow(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; ) at += this.#files.writeSync(this.#descriptor, bytes, at, bytes.length - at, at)
    } catch (error) {
      throw fileError(error, this.path, 'write')
    }
  }

  /** Makes what was written safe. */
  sync(kind: 'file' | 'folder' = 'file'): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error: NodeJS.ErrnoException | null): void => {
        const canNot = error !== null && kind === 'folder' && ['EINVAL', 'EISDIR', 'EPERM', 'ENOTSUP'].includes(error.code ?? '')
        if (error === null || canNot) resolve()
        else reject(fileError(error, this.path, 'write'))
      }
      if (kind === 'file') this.#files.fdatasync(this.#descriptor, done)
      else this.#files.fsync(this.#descriptor, done)
    })
  }

  truncate(bytes: number): void {
    try {
      this.#files.ftruncateSync(this.#descriptor, bytes)
    } catch (error) {
      throw fileError(error, this.path, 'write')
    }
  }

  close(): void {
    if (this.#isOpen) this.#files.closeSync(this.#descriptor)
    this.#isOpen = false
  }
}

/** The system takes about a thousand pieces at once. */
const piecesMax = 512

/** What is left of pieces after so many bytes of them. */
function behind(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skipped = bytes
  let first = 0
  for (let piece = pieces[first]; piece !== undefined && skipped >= piece.length; piece = pieces[++first]) skipped -= piece.length
  const left = pieces.slice(first)
  const head = left[0]
  if (head !== undefined && skipped > 0) left[0] = head.subarray(skipped)
  return left
}
