/**
 * The seam of the filesystem connector: where the files of a table are. A store finds files and reads them from any place on; it writes
 * parts that nobody sees before they are published. Names of what is written are below the directory of the table, with slashes.
 *
 * | what | local | S3 | HDFS |
 * |---|---|---|---|
 * | a part that is written | a hidden file | an upload in parts | hidden files, one for some megabytes |
 * | published | by rename | by the end of the upload | by rename |
 */
import type { Readable } from 'node:stream'

export interface FoundFile {
  /** Absolute, or an address. */
  readonly path: string
  readonly size: number
  readonly modifiedMs: number
  /** What a file elsewhere has another one of after every change. */
  readonly version?: string
}

/** A file to be read, as it was when it was found. */
export type FileToRead = Pick<FoundFile, 'path' | 'size' | 'version'>

/** A file that is open for reading. */
export interface OpenedFile {
  /** Reads bytes from `offset` into an array, from `at` on: at most `length`, none only beyond the end of the file. */
  read(into: Uint8Array, at: number, length: number, offset: number): Promise<number>
  close(): Promise<void>
}

/** What is in a directory. */
export interface StoreEntry {
  readonly name: string
  readonly isDirectory: boolean
}

/** What `publish` needs, as JSON. */
export interface PreparedPart {
  /** The hidden name, which no other part has. */
  readonly from: string
  readonly to: string
  /** Of an upload in parts: its own name, and what each part was answered with. */
  readonly upload?: { readonly id: string; readonly marks: readonly string[] }
}

/** A file that is written from front to back, in large blocks. */
export interface BlockFile {
  /** Takes bytes over that are not changed any more. */
  write(bytes: Uint8Array, at: number, length: number): Promise<{ readonly bytesWritten: number }>
  /** Makes all bytes safe. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** A part while it is written. */
export interface HiddenPart {
  /** Its name for errors. */
  readonly name: string
  open(): Promise<BlockFile>
  /** Ends a part whose bytes are safe and whose file is closed; it stays hidden. */
  seal(): Promise<PreparedPart>
  /** Removes the part, in whatever state it is. */
  discard(): Promise<void>
}

/** Names of a part, below the directory of the table. */
export interface PartNames {
  readonly inProgress: string
  readonly pending: string
  readonly committed: string
}

export type PartStage = 'in-progress' | 'pending'

export interface FileStore {
  /** The directory of the table, a file or a pattern; absolute, or an address. */
  readonly root: string
  /** More parts than this are not written at the same time. */
  readonly openPartsMax: number

  /** All files of the root in the order of their names; those whose whole path does not match, and hidden ones, are left out. */
  find(pattern: RegExp | null, anyMatch: boolean): Promise<FoundFile[]>
  /** `forward`: it is read from some place on towards its end. */
  open(file: FileToRead, order: 'forward' | 'any'): Promise<OpenedFile>
  /** The bytes of a file from `start` on. */
  stream(file: FileToRead, start: number): Readable

  /** Fails when rows cannot be written below the root; `given` is how people wrote it. */
  checkDirectory(given: string): Promise<void>
  /** What is in a directory; nothing where it does not exist. */
  entries(directory: string): Promise<StoreEntry[]>
  /** The absolute path, or the address, of a file. */
  pathOf(name: string): string
  /** A part that is held is read again before something is published in its stead. */
  part(names: PartNames, isHeld?: boolean): HiddenPart
  /** Where a sealed part that is held can be read, by its hidden name. */
  heldPath(name: string): string
  removeHeld(name: string): Promise<void>
  /** Whether what is held can be published as it is, without `upload`. */
  readonly showsHeld: boolean
  /** Makes the hidden names of parts safe. */
  syncParts(parts: readonly PreparedPart[]): Promise<void>
  /** Makes parts visible. May be done again, also after a crash within. */
  publish(parts: readonly PreparedPart[]): Promise<void>
  /** Makes what was published safe. */
  syncPublished(parts: readonly PreparedPart[]): Promise<void>
  /** Removes the hidden parts of a run that are in one of the stages and not held, wherever they are; returns how many others it has. */
  removeParts(uid: string, stages: readonly PartStage[], held?: ReadonlySet<string>): Promise<number>
  /** Writes a small file, which is safe then. */
  writeText(name: string, text: string): Promise<void>
  /** Null where it cannot be read. */
  readText(name: string): Promise<string | null>
  /** Removes a file, or nothing where none is. */
  remove(name: string): Promise<void>
  /** Ends connections that are kept open. */
  close(): Promise<void>
}

/** As in Flink: files that are being written, success files and the like. */
export function isHidden(name: string): boolean {
  return name.startsWith('.') || name.startsWith('_')
}

/** The stage of a hidden part of a run, by the name of its file; null for any other file. */
export function partStage(name: string, uid: string): PartStage | null {
  if (!name.startsWith(`.part-${uid}-`)) return null
  return name.endsWith('.inprogress') ? 'in-progress' : name.endsWith('.pending') ? 'pending' : null
}
