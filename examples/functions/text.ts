/** Functions for examples/user-functions.sql. Values are plain: text is a string, INT a number, NULL is null. */

/** Hides all but the last letters of a text. */
export const mask = {
  parameters: ['STRING', 'INT'],
  returns: 'STRING',
  evaluate: (text: string | null, shown: number | null) => {
    if (text === null || shown === null) return null
    const hidden = Math.max(0, text.length - shown)
    return '*'.repeat(hidden) + text.slice(hidden)
  },
}

/** The words of a text, each with its length. */
export const words = {
  parameters: ['STRING'],
  returns: 'TABLE<word STRING, size INT>',
  evaluate: (text: string | null) => (text ?? '').split(/\s+/).flatMap((word) => (word === '' ? [] : [[word, word.length]])),
}
