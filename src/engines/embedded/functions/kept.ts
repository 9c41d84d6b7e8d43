/** What is made from a text, such as a compiled pattern, is kept for the next row with the same text. */

const keptMax = 500

/** The same function with a memory; it forgets everything when it knows too much. A failure is not kept. */
export function kept<Result>(make: (text: string) => Result): (text: string) => Result {
  const known = new Map<string, Result>()
  return (text) => {
    if (known.has(text)) return known.get(text) as Result
    const result = make(text)
    if (known.size >= keptMax) known.clear()
    known.set(text, result)
    return result
  }
}
