/**
 * Named strings of bytes in one place, a folder or a bucket: what checkpoints are made of. A blob is whole or not there, safe once
 * `finish` has resolved, and never changed afterwards. Every implementation passes one suite (test/blobs/blob-store.fixture.ts).
 */

export interface BlobStore {
  /** Where the blobs are, for errors: a path or an address without secrets. */
  readonly place: string
  /**
   * Starts a blob; names consist of letters, digits, `.`, `_`, `-` and `/`. A finished blob of that name is replaced; one that has to be
   * `new` is not, and `finish` fails with BLOBS_EXISTS: of several who try, only one succeeds.
   */
  create(name: string, mode?: 'replace' | 'new'): Promise<BlobWriter>
  /** The bytes from `start` on, at most `length`; all of them when left out. BLOBS_NOT_FOUND when there is no such blob. */
  read(name: string, start?: number, length?: number): Promise<Uint8Array>
  /** Names and lengths of the finished blobs whose names begin with `prefix`, in the order of their names. */
  list(prefix: string): Promise<BlobInfo[]>
  /** Removes a blob; one that is not there is no error. */
  remove(name: string): Promise<void>
  /** Makes this process the only one that writes here; BLOBS_LOCKED tells who else does. */
  lock(): Promise<BlobLock>
}

export interface BlobWriter {
  /** Takes the bytes over before it returns. */
  append(bytes: Uint8Array): Promise<void>
  /** Makes the blob whole, safe and visible. */
  finish(): Promise<void>
  /** Gives the blob up. */
  abandon(): Promise<void>
}

export interface BlobInfo {
  readonly name: string
  readonly bytes: number
}

/** A lock that may be lost: where owners cannot be seen to die, theirs runs out unless they renew it. */
export interface BlobLock {
  /** Letters and digits that no other owner of the place has, before or after. */
  readonly token: string
  /** Throws BLOBS_LOCK_LOST when the place is known to be another's by now. */
  check(): void
  /** Asks the place itself, and throws BLOBS_LOCK_LOST when it is another's. */
  confirm(): Promise<void>
  release(): Promise<void>
}
