/** What a commit does, decided from what is there: the same for every store. */
import type { CheckedCommit, CheckedWrite } from './checked-commit.ts'
import { storeErrors } from './errors.ts'
import type { CommitNews } from './store.ts'

/** What is known of a record before a commit. One that never was has version 0. */
export interface Head {
  readonly version: number
  /** False after its removal. */
  readonly isThere: boolean
}

export const noHead: Head = { version: 0, isThere: false }

export interface RecordRow {
  /** Identifies the record among all. */
  readonly address: string
  readonly kind: string
  readonly keepsVersions: boolean
  readonly workspace: string
  readonly id: string
  readonly version: number
  /** JSON; null: removed. */
  readonly value: string | null
  readonly writtenAt: number
  readonly writtenBy: string
}

export interface EntryRow {
  readonly sequence: number
  readonly log: string
  readonly workspace: string
  readonly subject: string
  readonly value: string
  readonly writtenAt: number
  readonly writtenBy: string
}

export interface DecidedCommit {
  /** One for each write. */
  readonly versions: readonly number[]
  readonly records: readonly RecordRow[]
  readonly entries: readonly EntryRow[]
}

/** Fails with STORE_RECORD_CHANGED where an expected version is not there. To remove what is not there changes nothing. */
export function decideCommit(
  { writes, entries, by }: CheckedCommit,
  headOf: (write: CheckedWrite) => Head,
  lastSequence: number,
  nowMs: number,
): DecidedCommit {
  const written = { writtenAt: Math.floor(nowMs), writtenBy: by }
  const versions: number[] = []
  const records: RecordRow[] = []
  for (const write of writes) {
    const head = headOf(write)
    checkExpected(write, head)
    const isChange = write.value !== null || head.isThere
    const version = head.version + (isChange ? 1 : 0)
    versions.push(version)
    const { address, kind, keepsVersions, workspace, id, value } = write
    if (isChange) records.push({ address, kind, keepsVersions, workspace, id, version, value, ...written })
  }
  return { versions, records, entries: entries.map((entry, index) => ({ ...entry, sequence: lastSequence + index + 1, ...written })) }
}

function checkExpected({ kind, id, expected }: CheckedWrite, head: Head): void {
  const found = head.isThere ? head.version : 0
  if (expected === null || expected === found) return
  const detail =
    expected === 0
      ? `There is one already, in version ${found}.`
      : found === 0
        ? `Version ${expected} was expected, and it is not there.`
        : `Version ${expected} was expected, and version ${found} is there.`
  throw storeErrors.STORE_RECORD_CHANGED({ kind, id }, { detail })
}

/** Null where nothing was changed. */
export function newsOf({ records, entries }: DecidedCommit): CommitNews | null {
  const [first] = [...records, ...entries]
  if (first === undefined) return null
  return {
    by: first.writtenBy,
    at: first.writtenAt,
    records: records.map(({ kind, workspace, id, version, value }) => ({ kind, workspace, id, version, isThere: value !== null })),
    entries: entries.map(({ log, workspace, subject, sequence }) => ({ log, workspace, subject, sequence })),
  }
}
