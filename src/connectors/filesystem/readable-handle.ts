/** Random access to a file, for formats that need it. */
import type { ReadableFile } from '#formats'
import { filesystemErrors } from './errors.ts'
import type { FileStore, FileToRead, OpenedFile } from './stores/file-store.ts'

export class ReadableHandle implements ReadableFile {
  readonly name: string
  readonly size: number
  readonly #file: OpenedFile

  private constructor(name: string, size: number, file: OpenedFile) {
    this.name = name
    this.size = size
    this.#file = file
  }

  static async open(store: FileStore, file: FileToRead): Promise<ReadableHandle> {
    return new ReadableHandle(file.path, file.size, await store.open(file, 'any'))
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; ) {
      const bytesRead = await this.#file.read(bytes, at, length - at, offset + at)
      if (bytesRead === 0) throw filesystemErrors.CONNECTORS_FILESYSTEM_FILE_SHRUNK({ path: this.name })
      at += bytesRead
    }
    return bytes
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}
