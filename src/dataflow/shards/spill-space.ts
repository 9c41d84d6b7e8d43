/**
 * Room for what memory has none for: one file, cut into segments of the same size that are taken and given back. What lies there is of no
 * use to any other process, and is gone with this one.
 */

import { EncodedWriter } from '#data'

/** A file that is written and read at once; `at` counts bytes from its beginning. */
export interface SpillFile {
  write(at: number, bytes: Uint8Array): void
  /** As many bytes as were written there before. */
  read(at: number, bytes: Uint8Array): void
}

const segmentBytes = 131_072

/** Bytes of an extent that wait to be written together. */
const tailBytes = 16_384

export class SpillSpace {
  readonly #file: SpillFile
  readonly #free: number[] = []
  #segments = 0
  /** For whoever writes something now. */
  readonly writer = new EncodedWriter()
  #room = new Uint8Array(0)

  constructor(file: SpillFile) {
    this.#file = file
  }

  /** Room for so many bytes that are read, until the next time. */
  room(length: number): Uint8Array {
    if (this.#room.length < length) this.#room = new Uint8Array(length)
    return this.#room.subarray(0, length)
  }

  /** The most bytes that were taken at a time. */
  get mostBytes(): number {
    return this.#segments * segmentBytes
  }

  take(): number {
    return this.#free.pop() ?? this.#segments++
  }

  give(segments: readonly number[]): void {
    for (const segment of segments) this.#free.push(segment)
  }

  write(segment: number, offset: number, bytes: Uint8Array): void {
    this.#file.write(segment * segmentBytes + offset, bytes)
  }

  read(segment: number, offset: number, bytes: Uint8Array): void {
    this.#file.read(segment * segmentBytes + offset, bytes)
  }
}

/** Bytes one after another, in segments wherever there is room. */
export class Extent {
  readonly #space: SpillSpace
  #segments: number[] = []
  #written = 0
  /** Null while nothing waits. */
  #tail: Uint8Array | null = null
  #tailLength = 0

  constructor(space: SpillSpace) {
    this.#space = space
  }

  get length(): number {
    return this.#written + this.#tailLength
  }

  append(bytes: Uint8Array): void {
    if (this.#tailLength + bytes.length > tailBytes) this.flush()
    if (bytes.length > tailBytes) {
      this.#write(bytes)
      return
    }
    this.#tail ??= new Uint8Array(tailBytes)
    this.#tail.set(bytes, this.#tailLength)
    this.#tailLength += bytes.length
  }

  /** Writes what waits. */
  flush(): void {
    if (this.#tail !== null) this.#write(this.#tail.subarray(0, this.#tailLength))
    this.#tail = null
    this.#tailLength = 0
  }

  #write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      const offset = this.#written % segmentBytes
      if (offset === 0) this.#segments.push(this.#space.take())
      const part = bytes.subarray(from, from + segmentBytes - offset)
      this.#space.write(this.#segments[this.#segments.length - 1] as number, offset, part)
      this.#written += part.length
      from += part.length
    }
  }

  /** Fills `bytes` from what was appended. */
  read(at: number, bytes: Uint8Array): Uint8Array {
    const { length } = bytes
    this.flush()
    for (let from = 0; from < length; ) {
      const offset = (at + from) % segmentBytes
      const part = bytes.subarray(from, from + segmentBytes - offset)
      this.#space.read(this.#segments[Math.floor((at + from) / segmentBytes)] as number, offset, part)
      from += part.length
    }
    return bytes
  }

  clear(): void {
    this.#space.give(this.#segments)
    this.#segments = []
    this.#written = 0
    this.#tail = null
    this.#tailLength = 0
  }
}
