/** Whether the query of a rule can be asked, told when the rule is made. */
import { type Failure, failuresOf, type TextPosition } from '#base'
import { parseScript, type Statement } from '#sql'
import type { RuleSpec } from './contract/monitor-routes.ts'
import { apiErrors } from './errors.ts'

export type RuleCheck = (text: string) => Promise<readonly Failure[]>

/** The query of a rule is one SELECT that can run; fails with the first thing that is wrong, and its place. */
export async function assertRuleQuery({ condition }: RuleSpec, checkQuery: RuleCheck): Promise<void> {
  if (condition.kind !== 'sql') return
  const { statements, diagnostics } = parseScript(condition.text)
  const [first, second] = statements
  const other = first?.kind === 'query-statement' ? second : first
  if (diagnostics.length === 0 && (first === undefined || other !== undefined))
    throw apiErrors.API_RULE_QUERY({ reason: 'it is to be one SELECT' }, { position: other?.position })
  const hint = first === undefined ? undefined : optionsIn(first)
  if (hint !== undefined)
    throw apiErrors.API_RULE_QUERY({ reason: 'it cannot give the tables of rules other options' }, { position: hint.position })
  const [failure] = diagnostics.length > 0 ? failuresOf(new AggregateError(diagnostics)) : await checkQuery(condition.text)
  if (failure === undefined) return
  const { message, detail, hint: advice, position } = failure
  throw apiErrors.API_RULE_QUERY(
    { reason: message },
    { detail: detail ?? undefined, hint: advice ?? undefined, position: position ?? undefined },
  )
}

interface Hint {
  readonly kind: 'hint'
  readonly name: { readonly text: string }
  readonly position: TextPosition
}

/** A hint that would have a table read another file than its own, wherever it stands. */
function optionsIn(statement: Statement): Hint | undefined {
  const open: unknown[] = [statement]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== 'object' || node === null) continue
    if (isHint(node) && node.name.text.toUpperCase() === 'OPTIONS') return node
    open.push(...Object.values(node).filter((part) => typeof part === 'object' && part !== null))
  }
  return undefined
}

function isHint(node: object): node is Hint {
  return 'kind' in node && node.kind === 'hint'
}
