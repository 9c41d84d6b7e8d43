/**
 * Texts of data made fit for a terminal. Control characters would move the cursor, change colours or worse; marks that turn the
 * direction of writing would reorder what stands beside them.
 */

/** Controls, lone surrogates, marks of direction, line and paragraph separators, the byte order mark. */
const unprintable = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu

/** The text as one line. */
export function printable(text: string): string {
  if (isPlain(text)) return text
  return text.replace(unprintable, (character) => (character === '\n' ? '⏎' : character === '\t' ? ' ' : '\ufffd'))
}

/** The text with its line ends. */
export function printableLines(text: string): string {
  return text.replace(unprintable, (character) => (character === '\n' ? '\n' : character === '\t' ? ' ' : '\ufffd'))
}

/** Whether a text has nothing but the characters of ASCII that can be seen. */
export function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 32 || code > 126) return false
  }
  return true
}
