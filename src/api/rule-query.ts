/** Whether the query of a rule can be asked, told when the rule is made. */
import { type Failure, failuresOf } from '#base'
import { parseScript } from '#sql'
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
  const [failure] = diagnostics.length > 0 ? failuresOf(new AggregateError(diagnostics)) : await checkQuery(condition.text)
  if (failure === undefined) return
  const { message, detail, hint, position } = failure
  throw apiErrors.API_RULE_QUERY(
    { reason: message },
    { detail: detail ?? undefined, hint: hint ?? undefined, position: position ?? undefined },
  )
}
