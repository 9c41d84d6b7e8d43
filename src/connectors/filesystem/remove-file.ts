import { rm } from 'node:fs/promises'
import { fileError } from './errors.ts'

/** Removes a file, or nothing where none is. */
export async function removeFile(file: string): Promise<void> {
  try {
    await rm(file, { force: true })
  } catch (error) {
    throw fileError(error, file, 'write')
  }
}
