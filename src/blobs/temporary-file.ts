/** A file for what memory has no room for. It has no name as soon as it is open, so that it is gone with the process, however that ends. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
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

function openUnnamed(folder: string): number {
  const own = mkdtempSync(path.join(folder, 'millrace-state-'))
  try {
    return openSync(path.join(own, 'state'), 'wx+', 0o600)
  } finally {
    rmSync(own, { recursive: true })
  }
}
