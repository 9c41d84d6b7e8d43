/** Whether nothing of a text would run: it has blanks, comments and ends of statements alone. */

/** One alternative alone fits at each place: a text that could be cut in many ways, as a line of dashes, would take ages to be refused. */
const blank = /^(?:[\s;]|--[^\n]*(?:\n|$)|\/\/[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*\*\/)*$/

export function isBlankText(text: string): boolean {
  return blank.test(text)
}
