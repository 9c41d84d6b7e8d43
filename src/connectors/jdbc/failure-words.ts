/** The words and numbers of errors of drivers, and what of them may be shown. */
import type { FailureKind } from '../failure.ts'

function words(kind: FailureKind, list: string): (readonly [string, FailureKind])[] {
  return list.split(/\s+/).map((word) => [word, kind] as const)
}

/** By codes of the drivers, and by numbers of MySQL. States of SQL are judged by their class. */
export const failureWords: ReadonlyMap<string, FailureKind> = new Map([
  ...words('unreachable', 'PROTOCOL_CONNECTION_LOST PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR PROTOCOL_ENQUEUE_AFTER_QUIT'),
  ...words('refused', 'HANDSHAKE_NO_SSL_SUPPORT HANDSHAKE_SSL_ERROR'),
  // Shutting down, connections killed or lost.
  ...words('unreachable', '1053 1077 1078 1079 1080 1152 1158 1159 1160 1161 1184 1927 1152 2006 2013 3168 3169 4031'),
  // Too many connections, locks, deadlocks, read-only for a while, interrupted.
  ...words('busy', '1040 1203 1205 1213 1226 1290 1614 1637 1792 1836 1021 1041 1317 3572'),
  ...words('refused', '1044 1045 1049 1054 1064 1103 1130 1142 1143 1146 1227 1251 1524 1698 1862 2061'),
  ...words(
    'data',
    '1048 1062 1136 1153 1264 1265 1292 1364 1366 1367 1406 1411 1416 1451 1452 1526 1690 3140 3141 3156 3157 3819 3903 4025 4038',
  ),
])

export interface ErrorState {
  readonly code: string
  readonly errno: number | null
  readonly sqlState: string | null
}

export function stateOf(error: unknown): ErrorState {
  const { code, errno, sqlState } = (error ?? {}) as { code?: unknown; errno?: unknown; sqlState?: unknown }
  return {
    code: typeof code === 'string' ? code : '',
    errno: typeof errno === 'number' && errno > 0 ? errno : null,
    sqlState: typeof sqlState === 'string' && sqlState !== '' ? sqlState : null,
  }
}

/** What the other side says, in one line, without values of rows: those stand behind colons and in quotes of entries. */
export function describeFailure(error: unknown): string {
  const { code, errno } = stateOf(error)
  const text = error instanceof Error ? error.message : String(error)
  const shown = text
    .replace(/(entry) '.*' (for key)/s, '$1 $2')
    .replace(/(value):? '.*' (for|in)/s, '$1 $2')
    .replace(/(value) ".*" (is out of range)/s, '$1 $2')
    .replace(/: ".*$/s, '')
    .replace(/: '.*$/s, '')
    .replace(/ at row \d+/, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '')
  const mark = errno === null ? code : String(errno)
  const cut = shown.length > 300 ? `${shown.slice(0, 300)}…` : shown
  return mark === '' || cut.includes(mark) ? cut || 'nothing' : `${cut} (${mark})`
}
