/** The words of Flink SQL that mean something by where they stand. Those that are not free to be names are in #plan. */

/** Functions that are written without parentheses. */
const bareFunctions = new Set(['CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP', 'LOCALTIME', 'LOCALTIMESTAMP'])

/**
 * Reserved words that start or join clauses. Where a name is missing and one of them stands, the name was forgotten;
 * where any other reserved word stands, it was meant as the name.
 */
const clauseWords = new Set(
  `
ALL AND AS BETWEEN BY CASE CREATE CROSS DEFINE DISTINCT DROP ELSE END EXCEPT FETCH FOR FROM FULL GROUP HAVING IN INNER INSERT INTERSECT
INTO IS JOIN LEFT LIKE LIMIT MATCH_RECOGNIZE MEASURES MINUS NATURAL NOT OFFSET ON OR ORDER OUTER OVER PARTITION PATTERN QUALIFY RIGHT
SELECT SET TABLE THEN UNION USING VALUES WHEN WHERE WINDOW WITH WITHIN
`
    .trim()
    .split(/\s+/),
)

/** Whether a reserved word, in upper case as all words here, is a function when a parenthesis follows, as COUNT and LEFT are. */
export function isFunctionWord(word: string): boolean {
  return word === 'LEFT' || word === 'RIGHT' || !clauseWords.has(word)
}

export function isBareFunction(word: string): boolean {
  return bareFunctions.has(word)
}

export function isClauseWord(word: string): boolean {
  return clauseWords.has(word)
}
