/** Patterns of paths, as `data/*.csv`, where a store lists names itself. */

/** What stands before the first special sign, up to a slash: all that can match is below. */
export function fixedPart(pattern: string): string {
  const special = pattern.search(/[*?[{]/)
  return special < 0 ? pattern : pattern.slice(0, pattern.lastIndexOf('/', special) + 1)
}

export function isPattern(path: string): boolean {
  return /[*?[{]/.test(path)
}

/** Matches what a pattern names, and everything below that. */
export function patternOf(glob: string): RegExp {
  let text = ''
  let braces = 0
  for (let at = 0; at < glob.length; at++) {
    const sign = glob[at] as string
    const begins = at === 0 || glob[at - 1] === '/'
    if (begins && glob.startsWith('**/', at)) {
      text += '(?:[^/]+/)*'
      at += 2
    } else if (sign === '*') {
      // Only a whole step of two stars stands for several; else any number of stars are one.
      const isDeep = begins && glob[at + 1] === '*' && at + 2 === glob.length
      while (glob[at + 1] === '*') at++
      text += isDeep ? '.*' : '[^/]*'
    } else if (sign === '?') text += '[^/]'
    else if (sign === '[' && glob.includes(']', at + 2)) {
      const end = glob.indexOf(']', at + 2)
      text += `[${glob
        .slice(at + 1, end)
        .replace(/^[!^]/, '^/')
        .replace(/\\/g, '\\\\')}]`
      at = end
    } else if (sign === '{') {
      text += '(?:'
      braces++
    } else if (sign === '}' && braces > 0) {
      text += ')'
      braces--
    } else text += sign === ',' && braces > 0 ? '|' : sign.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')
  }
  return new RegExp(`^${text}${')'.repeat(braces)}(?:/.*)?$`)
}
