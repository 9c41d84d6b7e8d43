/** What to say when a name does not exist: the names that are close to it, then the fix. */
import { listed } from './phrase.ts'

/**
 * Up to five close names and the nearest of them, else what there is. `noun` is what the names are, in the plural: `tables`,
 * `columns of orders`.
 */
export function suggestion(name: string, known: Iterable<string>, noun: string): { readonly detail?: string; readonly hint?: string } {
  const names = [...new Set(known)].sort()
  if (names.length === 0) return { detail: `There are no ${noun}.` }
  const close = closeNames(name, names)
  const [best] = close
  if (best === undefined)
    return { detail: names.length === 1 ? `There is only "${names[0]}".` : `The ${noun} are ${listed(names, 'and', 8)}.` }
  if (close.length === 1) return { hint: `Use "${best}".` }
  return { detail: `Close ${noun} are ${listed(close)}.`, hint: `Use "${best}".` }
}

/** Returns up to `countMax` candidates near `name`, nearest first; letter case does not count as a difference. */
export function closeNames(name: string, candidates: Iterable<string>, countMax = 5): string[] {
  const wanted = name.toLowerCase()
  const distanceMax = Math.max(1, Math.floor(wanted.length / 3))
  const scored: { candidate: string; distance: number }[] = []
  for (const candidate of candidates) {
    const lower = candidate.toLowerCase()
    const distance = lower.startsWith(wanted) && wanted.length >= 3 ? 0.5 : editDistance(wanted, lower)
    if (distance <= distanceMax) scored.push({ candidate, distance })
  }
  scored.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
  return scored.slice(0, countMax).map((entry) => entry.candidate)
}

/** Counts insertions, deletions, replacements and swaps of neighbours that turn one text into the other. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 12 || a.length > 256 || b.length > 256) return Number.POSITIVE_INFINITY
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (beforePrevious[j - 2] ?? 0) + 1)
      current.push(best)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.length] ?? 0
}
