/** Whether two things are the same but for where they stand in the statement. */

/** A text that is equal for equal expressions, or other parts of plans. */
export function keyOf(thing: object): string {
  return JSON.stringify(thing, (name, value: unknown) => (name === 'origin' ? undefined : typeof value === 'bigint' ? `${value}n` : value))
}

/** A text that is equal for equal nodes of the tree. */
export function syntaxKey(node: object): string {
  return JSON.stringify(node, (name, value: unknown) => (name === 'position' || name === 'quoted' ? undefined : value))
}
