/** Lists and counts as people say them. */

/** `a, b and c`; only the first `countMax`, and how many more there are. */
export function listed(names: readonly string[], word = 'and', countMax = Number.POSITIVE_INFINITY): string {
  if (names.length > countMax) return `${names.slice(0, countMax).join(', ')} ${word} ${names.length - countMax} more`
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} ${word} ${last}`
}

/** `1 column`, `2 columns`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
