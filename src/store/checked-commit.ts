/** A commit whose texts and values were looked at, and whose values are text: what is changed in them later changes nothing here. */
import { assert } from '#base'
import { storeErrors } from './errors.ts'
import { jsonText } from './json-text.ts'
import { checkKey, checkKeyText, checkKindName } from './record-key.ts'
import type { Commit } from './store.ts'

/** Of one record or entry. */
const valueBytesMax = 4_194_304
const commitBytesMax = 33_554_432
const partsMax = 10_000

export interface CheckedWrite {
  /** Identifies the record among all. */
  readonly address: string
  readonly kind: string
  readonly keepsVersions: boolean
  readonly workspace: string
  readonly id: string
  /** JSON; null removes the record. */
  readonly value: string | null
  readonly expected: number | null
}

interface CheckedEntry {
  readonly log: string
  readonly workspace: string
  readonly subject: string
  readonly value: string
}

export interface CheckedCommit {
  readonly writes: readonly CheckedWrite[]
  readonly entries: readonly CheckedEntry[]
  readonly by: string
  /** About how much memory it takes. */
  readonly bytes: number
}

export function checkCommit({ writes, entries = [], by }: Commit): CheckedCommit {
  checkKeyText(by, 'name of who changes records')
  assert(writes.length + entries.length <= partsMax, `a commit has more than ${partsMax} writes and entries`)
  const checked = { writes: writes.map(checkWrite), entries: entries.map(checkEntry), by }
  const addresses = new Set(checked.writes.map(({ address }) => address))
  assert(addresses.size === writes.length, 'a commit writes a record twice')
  let bytes = 0
  for (const { value } of [...checked.writes, ...checked.entries]) bytes += 200 + (value?.length ?? 0)
  if (bytes > commitBytesMax) throw storeErrors.STORE_TOO_LARGE({ what: 'a commit', limit: commitBytesMax })
  return { ...checked, bytes }
}

function checkWrite({ kind, workspace, id, value, expected }: Commit['writes'][number]): CheckedWrite {
  checkKindName(kind.name)
  checkKey({ workspace, id })
  assert(expected === null || (Number.isSafeInteger(expected) && expected >= 0), 'an expected version is no version')
  return {
    address: `${kind.name}\0${workspace}\0${id}`,
    kind: kind.name,
    keepsVersions: kind.keepsVersions,
    workspace,
    id,
    value: value === null ? null : jsonText(value, `a record of kind "${kind.name}"`, valueBytesMax),
    expected,
  }
}

function checkEntry({ log, workspace, subject, value }: NonNullable<Commit['entries']>[number]): CheckedEntry {
  checkKindName(log.name)
  checkKeyText(workspace, 'workspace of an entry')
  checkKeyText(subject, 'subject of an entry')
  return { log: log.name, workspace, subject, value: jsonText(value, `an entry of log "${log.name}"`, valueBytesMax) }
}
