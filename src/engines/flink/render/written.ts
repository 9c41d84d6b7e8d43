/** A text of SQL and how tightly it binds. */

export interface Written {
  readonly text: string
  readonly level: number
}

/** From loose to tight, as parsers of Flink SQL have it. */
export const level = { any: 0, or: 1, and: 2, not: 3, test: 4, additive: 7, multiplicative: 8, unary: 9, primary: 10 } as const

/** The text, in parentheses where it binds looser than its place. */
export function wrapped(written: Written, levelMin: number): string {
  return written.level < levelMin ? `(${written.text})` : written.text
}
