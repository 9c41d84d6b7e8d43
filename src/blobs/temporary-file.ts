/** A file for what memory has no room for. It has no name as soon as it is open, so that it is gone with the process, however that ends. */
import { randomUUID } from 'node:crypto'
import { closeSync, constants, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { MillraceError } from '#base'
import { blobErrors } from './errors.ts'

export class TemporaryFile {
  /** '': that of the system. */
  readonly #folder: string
  #opened: number | null = null

  constructor(folder: string) {
    this.#folder = folder === '' ? tmpdir() : folder
  }

  /** `at` counts bytes from the beginning. */
  write(at: number, bytes: Uint8Array): void {
    this.#try((file) => {
      for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from, bytes.length - from, at + from)
    })
  }

  /** Reads as many bytes as were written there before. */
  read(at: number, bytes: Uint8Array): void {
    this.#try((file) => {
      for (let from = 0; from < bytes.length; ) {
        const count = readSync(file, bytes, from, bytes.length - from, at + from)
        if (count === 0) throw cutOff(this.#folder, at + from)
        from += count
      }
    })
  }

  #try(use: (file: number) => void): void {
    try {
      this.#opened ??= openUnnamed(this.#folder)
      use(this.#opened)
    } catch (cause) {
      if (cause instanceof MillraceError) throw cause
      throw blobErrors.BLOBS_TEMPORARY_FILE({ folder: this.#folder }, { detail: `${(cause as Error).message}.`, cause })
    }
  }

  close(): void {
    if (this.#opened !== null) closeSync(this.#opened)
    this.#opened = null
  }
}

function cutOff(folder: string, at: number): MillraceError {
  return blobErrors.BLOBS_TEMPORARY_FILE({ folder }, { detail: `It ends before byte ${at}.` })
}

/** Linux's own flag for a file that never has a name; what follows is for systems and disks without it. */
const withoutName = 0o20000000

function openUnnamed(folder: string): number {
  const { O_RDWR, O_DIRECTORY } = constants
  try {
    if (process.platform === 'linux') return openSync(folder, O_RDWR | O_DIRECTORY | withoutName, 0o600)
  } catch {
    // Not every disk has such files; what else is wrong comes to light below.
  }
  const name = path.join(folder, `millrace-state-${randomUUID()}`)
  const file = openSync(name, 'wx+', 0o600)
  unlinkSync(name)
  return file
}
