/** The pattern of MATCH_RECOGNIZE: variables one after another, as far as Flink knows patterns. */
import type { TextPosition } from '#base'
import type { MatchSkip, MatchStep } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { variableSuggestion } from './scope.ts'

/** A step, and where it stands. */
interface PlacedStep extends MatchStep {
  readonly position: TextPosition
}

export function bindPattern(node: tree.MatchRecognize): MatchStep[] {
  if (node.anchoredStart || node.anchoredEnd) throw notSupported(node.anchoredStart ? '^ in a pattern' : '$ in a pattern', node.pattern)
  const [subset] = node.subsets
  if (subset !== undefined) throw notSupported('SUBSET', subset)
  const steps = stepsOf(node.pattern)
  checkSteps(steps)
  return steps.map(({ variable, min, max, greedy }) => ({ variable, min, max, greedy }))
}

/** SKIP TO NEXT ROW is what Flink does when nothing is said. */
export function bindSkip(after: tree.AfterMatch | undefined, steps: readonly MatchStep[]): MatchSkip {
  if (after === undefined) return { kind: 'to-next-row' }
  const { skip, variable } = after
  if (skip === 'past-last-row' || skip === 'to-next-row' || variable === undefined) {
    return { kind: skip === 'past-last-row' ? skip : 'to-next-row' }
  }
  const known = steps.map((step) => step.variable)
  if (!known.includes(variable.text)) {
    throw sqlErrors.SQL_PATTERN_VARIABLE_NOT_FOUND(
      { variable: variable.text },
      { position: variable.position, ...variableSuggestion(variable.text, known) },
    )
  }
  return { kind: skip, variable: variable.text }
}

function stepsOf(pattern: tree.Pattern): PlacedStep[] {
  switch (pattern.kind) {
    case 'pattern-variable':
      return [{ variable: pattern.name.text, min: 1, max: 1, greedy: true, position: pattern.position }]
    case 'pattern-sequence':
      return pattern.parts.flatMap(stepsOf)
    case 'pattern-quantified':
      return [quantified(pattern)]
    case 'pattern-alternation':
      throw notSupported(
        'alternation (|) in a pattern',
        pattern,
        'Search for each of the patterns, and put the results together with UNION ALL.',
      )
    case 'pattern-permute':
      throw notSupported('PERMUTE in a pattern', pattern)
    case 'pattern-exclusion':
      throw notSupported('{- -} in a pattern', pattern)
  }
}

function quantified(node: Extract<tree.Pattern, { kind: 'pattern-quantified' }>): PlacedStep {
  const { pattern, min, max = null, greedy, position } = node
  if (pattern.kind !== 'pattern-variable') {
    throw notSupported('a group of variables with a quantifier', node, 'Give each variable a quantifier of its own.')
  }
  const quantifier = `{${min},${max ?? ''}}`
  if (max === 0) throw sqlErrors.SQL_PATTERN_QUANTIFIER({ quantifier, problem: 'takes no rows' }, { position })
  if (max !== null && max < min) {
    throw sqlErrors.SQL_PATTERN_QUANTIFIER({ quantifier, problem: 'has its bounds in the wrong order' }, { position })
  }
  if (min === 0 && max === 1 && !greedy) throw notSupported('the reluctant quantifier ??', node, `Write ${pattern.name.text}?.`)
  return { variable: pattern.name.text, min, max, greedy, position }
}

/** Greedy in Flink's sense: has the first claim on rows that the next variable could take as well. */
function isGreedy({ min, max, greedy }: MatchStep): boolean {
  return greedy && min !== max && !(min === 0 && max === 1)
}

function checkSteps(steps: readonly PlacedStep[]): void {
  const seen = new Set<string>()
  for (const [index, step] of steps.entries()) {
    const { variable, position } = step
    if (seen.has(variable)) {
      const hint = 'Give the second one another name, with the same condition in DEFINE.'
      throw sqlErrors.SQL_PATTERN_VARIABLE_TWICE({ variable, problem: 'stands twice in PATTERN' }, { position, hint })
    }
    seen.add(variable)
    const before = steps[index - 1]
    const isOptional = step.min === 0 && (step.max === null || step.max === 1)
    if (isOptional && before !== undefined && isGreedy(before)) {
      const hint = `Make ${before.variable} reluctant, as in ${before.variable}+?, or give ${variable} a limit, as in ${variable}{0,10}.`
      throw notSupported('* or ? after a greedy variable', step, hint)
    }
  }
  const last = steps.at(-1)
  if (last !== undefined && isGreedy(last)) {
    const hint = `Make ${last.variable} reluctant, as in ${last.variable}+?, or end the pattern with a variable for the row after it.`
    throw sqlErrors.SQL_PATTERN_GREEDY_LAST({}, { position: last.position, hint })
  }
  if (steps.every((step) => step.min === 0)) throw sqlErrors.SQL_PATTERN_MATCHES_NOTHING({}, { position: steps[0]?.position })
}

function notSupported(what: string, { position }: { readonly position: TextPosition }, hint?: string): Error {
  return sqlErrors.SQL_NOT_SUPPORTED({ what }, { position, hint })
}
