/** Ids of entries, such as `1700000000000-3`: milliseconds and a number within them. */

const partMax = 2n ** 64n - 1n

/** The first id that there may be is greater. */
export const idBeforeAll = '0-0'

/** An id in full; null where a text is none. */
export function parseStreamId(text: string): string | null {
  const found = /^(\d{1,20})(?:-(\d{1,20}))?$/.exec(text)
  if (found === null) return null
  const [ms, number] = [BigInt(found[1] ?? 0), BigInt(found[2] ?? 0)]
  return ms > partMax || number > partMax ? null : `${ms}-${number}`
}

/** The greatest id of entries before a time. */
export function lastIdBefore(ms: number): string {
  return ms < 1 ? idBeforeAll : `${ms - 1}-${partMax}`
}

/** Below, at or above zero, as `a` comes before, at or after `b`. */
export function compareStreamIds(a: string, b: string): number {
  const [aMs = '0', aNumber = '0'] = a.split('-')
  const [bMs = '0', bNumber = '0'] = b.split('-')
  if (aMs !== bMs) return Number(aMs) - Number(bMs)
  return aNumber === bNumber ? 0 : BigInt(aNumber) < BigInt(bNumber) ? -1 : 1
}

export function streamIdMs(id: string): number {
  return Number(id.split('-')[0])
}
