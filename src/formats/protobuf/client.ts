/** Reads the files that schemas are in: the one file of this folder that touches the outside world. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Why a file could not be read, as a sentence without its end. */
export class FileTrouble extends Error {}

/** The bytes of a file; null where there is none. Fails with FileTrouble. */
export function readSchemaFile(file: string, bytesMax: number): Uint8Array | null {
  let opened: number
  try {
    opened = openSync(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new FileTrouble(error instanceof Error ? error.message : String(error))
  }
  try {
    const stat = fstatSync(opened)
    if (!stat.isFile()) throw new FileTrouble(`"${file}" is no file`)
    if (stat.size > bytesMax) throw new FileTrouble(`"${file}" has more than ${bytesMax} bytes`)
    return readFileSync(opened)
  } finally {
    closeSync(opened)
  }
}

/** The file of an import, seen from a folder. */
export function fileIn(folder: string, name: string): string {
  return path.resolve(folder, name)
}

export function folderOf(file: string): string {
  return path.dirname(path.resolve(file))
}
