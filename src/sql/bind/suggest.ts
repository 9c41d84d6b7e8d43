/** Says what exists when a name does not: up to five close names, then the fix. */
import { closeNames, type ErrorExtras } from '#base'

/** `noun` is what the names are, in the plural: `tables`, `columns of orders`. */
export function suggestion(name: string, known: Iterable<string>, noun: string): Pick<ErrorExtras, 'detail' | 'hint'> {
  const names = [...new Set(known)].sort()
  if (names.length === 0) return { detail: `There are no ${noun}.` }
  const close = closeNames(name, names)
  const [best] = close
  if (best === undefined) return { detail: names.length === 1 ? `There is only "${names[0]}".` : `The ${noun} are ${listed(names, 8)}.` }
  if (close.length === 1) return { hint: `Use "${best}".` }
  return { detail: `Close ${noun} are ${listed(close, 5)}.`, hint: `Use "${best}".` }
}

/** `a, b and c`; only the first `countMax` by name. */
export function listed(names: readonly string[], countMax = Number.POSITIVE_INFINITY, word = 'and'): string {
  if (names.length > countMax) return `${names.slice(0, countMax).join(', ')} ${word} ${names.length - countMax} more`
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} ${word} ${last}`
}

/** `1 column`, `2 columns`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
