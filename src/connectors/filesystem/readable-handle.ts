/** Random access to a file, for formats that need it. */
import { type FileHandle, open } from 'node:fs/promises'
import type { ReadableFile } from '#formats'
import { fileError, filesystemErrors } from './errors.ts'

export class ReadableHandle implements ReadableFile {
  readonly name: string
  readonly size: number
  readonly #handle: FileHandle

  private constructor(name: string, size: number, handle: FileHandle) {
    this.name = name
    this.size = size
    this.#handle = handle
  }

  static async open(name: string, size: number): Promise<ReadableHandle> {
    try {
      return new ReadableHandle(name, size, await open(name))
    } catch (error) {
      throw fileError(error, name, 'read')
    }
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; ) {
      const bytesRead = await this.#readPart(bytes, at, offset + at)
      if (bytesRead === 0) throw filesystemErrors.CONNECTORS_FILESYSTEM_FILE_SHRUNK({ path: this.name })
      at += bytesRead
    }
    return bytes
  }

  async #readPart(into: Uint8Array, at: number, offset: number): Promise<number> {
    try {
      const { bytesRead } = await this.#handle.read(into, at, into.length - at, offset)
      return bytesRead
    } catch (error) {
      throw fileError(error, this.name, 'read')
    }
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}
