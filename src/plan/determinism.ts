/** Whether an expression may be computed elsewhere, earlier or once more: what its functions say together. */
import { scalarSignatures } from './functions/names.ts'
import type { Signature } from './functions/signature.ts'
import type { Expression } from './plan.ts'
import { walkExpression } from './visit.ts'

type Determinism = Signature['determinism']

/** That of the least determined function in the expression. Functions of users count as pure: they may be called once more. */
export function determinismOf(expression: Expression): Determinism {
  let least: Determinism = 'pure'
  walkExpression(expression, (part) => {
    if (part.kind !== 'call' || least === 'row') return
    const { determinism } = scalarSignatures[part.function]
    if (determinism !== 'pure') least = determinism
  })
  return least
}
