/**
 * LIKE, SIMILAR TO and the functions with regular expressions. A constant pattern is compiled once; others are kept by their text. A
 * regular expression that Java refuses matches nothing and gives NULL, as in Flink.
 */
import type { TextTest } from '#data'
import type { CallShape, Evaluation } from './evaluation.ts'
import { type JavaPattern, tryJavaPattern } from './java-pattern.ts'
import { kept } from './kept.ts'
import { likePattern, similarTest } from './sql-pattern.ts'

export const patternEvaluations = {
  LIKE: (shape) => withPattern(shape, likePattern),
  'SIMILAR TO': (shape) => withPattern(shape, similarTest),
  REGEXP: (shape) => regexp(shape, (pattern, text: string, source: string) => source !== '' && pattern.find(text) !== null, false),
  REGEXP_EXTRACT: (shape) => regexp(shape, extract, null),
  REGEXP_REPLACE: (shape) =>
    regexp(shape, (pattern, text: string, _: string, replacement: string) => text.replace(pattern.regex, () => replacement), null),
  REGEXP_COUNT: (shape) => regexp(shape, (pattern, text: string) => pattern.findAll(text).length, null),
  REGEXP_EXTRACT_ALL: (shape) => regexp(shape, extractAll, null),
  REGEXP_INSTR: (shape) => regexp(shape, (pattern, text: string) => (pattern.find(text)?.index ?? -1) + 1, null),
  REGEXP_SUBSTR: (shape) => regexp(shape, (pattern, text: string) => pattern.find(text)?.[0] ?? null, null),
} satisfies Record<string, Evaluation>

type Similarity = (text: string, pattern: string, escapedBy?: string) => boolean

function withPattern({ constants }: CallShape, compile: (pattern: string, escapedBy: string | null) => TextTest): Similarity {
  const [, pattern, escapedBy = null] = constants
  if (typeof pattern === 'string' && constants.slice(2).every((value) => typeof value === 'string')) {
    const test = compile(pattern, escapedBy as string | null)
    return (text) => test(text)
  }
  const testFor = kept((mark) => kept((varying) => compile(varying, mark === '' ? null : mark)))
  return (text, varying, mark = '') => testFor(mark)(varying)(text)
}

type WithPattern<Rest extends unknown[]> = (text: string, pattern: string, ...rest: Rest) => unknown

function regexp<Rest extends unknown[]>(
  { constants: [, constant] }: CallShape,
  evaluate: (pattern: JavaPattern, text: string, source: string, ...rest: Rest) => unknown,
  otherwise: unknown,
): WithPattern<Rest> {
  if (typeof constant !== 'string') {
    return (text, source, ...rest) => {
      const pattern = tryJavaPattern(source)
      return pattern === null ? otherwise : evaluate(pattern, text, source, ...rest)
    }
  }
  const pattern = tryJavaPattern(constant)
  if (pattern === null) return () => otherwise
  return (text, source, ...rest) => evaluate(pattern, text, source, ...rest)
}

/** Group 0 is the whole match. */
function extract(pattern: JavaPattern, text: string, _: string, group: number | bigint = 0): string | null {
  const number = Number(group)
  if (number < 0 || number > pattern.groups) return null
  const match = pattern.find(text)
  return match === null ? null : pattern.group(match, number)
}

function extractAll(pattern: JavaPattern, text: string, _: string, group: number | bigint = 1): (string | null)[] | null {
  const number = Number(group)
  if (number < 0 || number > pattern.groups) return null
  return pattern.findAll(text).map((match) => pattern.group(match, number))
}
