/** The texts in single quotes of a script, and what stands between them without comments: a second reading of quotes, to judge the first. */
export function scanned(script: string): string[] {
  const parts: string[] = []
  let between = ''
  for (let at = 0; at < script.length; ) {
    if (script.startsWith('--', at)) {
      const end = script.indexOf('\n', at)
      at = end < 0 ? script.length : end
    } else if (script.startsWith('/*', at)) at = script.indexOf('*/', at) + 2
    else if (script.charAt(at) === "'") {
      let text = ''
      for (at++; script.charAt(at) !== "'" || script.charAt(at + 1) === "'"; at++) {
        text += script.charAt(at)
        if (script.charAt(at) === "'") at++
      }
      at++
      parts.push(between, text)
      between = ''
    } else between += script.charAt(at++)
  }
  return [...parts, between]
}
