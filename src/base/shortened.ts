/** Shortens texts that are only shown. */

/** The text, or its beginning and an ellipsis, `lengthMax` UTF-16 units in all; no character is cut in half. */
export function shortened(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text
  const end = lengthMax - 1
  const isCut = /[\ud800-\udbff]/.test(text.charAt(end - 1))
  return `${text.slice(0, isCut ? end - 1 : end)}…`
}
