/** Lays out SQL anew. What cannot be laid out without changing what it says stays as it is. */

import { formatDialect, sql } from 'sql-formatter'
import { readTokens } from '#sql'

export function formatSql(text: string): string | undefined {
  try {
    const laidOut = formatDialect(text, {
      dialect: { ...sql, tokenizerOptions: { ...sql.tokenizerOptions, identTypes: ['``'], stringTypes: ["''-qq"] } },
      keywordCase: 'upper',
      tabWidth: 2,
      linesBetweenQueries: 1,
    })
    return sameTokens(text, laidOut) ? `${laidOut.trimEnd()}\n` : undefined
  } catch {
    return undefined
  }
}

/** The formatter knows the SQL of others; our lexer says whether it only moved what stands there. */
function sameTokens(a: string, b: string): boolean {
  const tokens = (text: string): string => {
    const read = readTokens(text)
    const words = read.tokens.map(({ kind, text: word }) => `${kind} ${word}`)
    const comments = read.comments.map((comment) => comment.text.replace(/\s+/g, ' '))
    return JSON.stringify([words, comments])
  }
  return tokens(a) === tokens(b)
}
