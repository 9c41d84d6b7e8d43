/** Binds `+ - * / % ||`: chains of them, from left to right. */
import type { TextPosition } from '#base'
import { type DataType, familyOf, sameType } from '#data'
import { type Call, type Expression, type FunctionName, levelsMax, sizeOf } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { callOf } from './call.ts'
import type { Place } from './place.ts'

export function bindChain({ operand, links }: tree.Chain, place: Place): Expression {
  const [first, ...others] = place.bindAll([operand, ...links.map((link) => link.operand)])
  const chain = new BoundChain(first as Expression)
  for (const [index, { operator, position }] of links.entries()) chain.add(operator, others[index] as Expression, position)
  return chain.value
}

/** As many operands as one call of the plan takes. */
const operandsMax = 1000

/** What a chain comes to so far. Equal operators over one type become one call with many operands, for calls within calls are deep. */
class BoundChain {
  value: Expression
  /** The operands of `value` once it is a step of this chain. */
  #operands: Expression[] = []

  constructor(first: Expression) {
    this.value = first
  }

  add(operator: tree.ChainOperator, right: Expression, position: TextPosition): void {
    const step = applied(operator, this.value, right, position)
    if (this.#continues(step)) {
      this.#operands.push(...step.arguments.slice(1))
    } else {
      this.#operands = [...step.arguments]
      if (sizeOf(step).levels > levelsMax) throw sqlErrors.SQL_NESTING_TOO_DEEP({ limit: levelsMax }, { position })
    }
    this.value = { ...step, arguments: this.#operands }
  }

  /** Whether a step does to the value what was done to get it. */
  #continues(step: Call): boolean {
    const { value } = this
    const isSame = value.kind === 'call' && value.function === step.function && step.arguments[0] === value
    return isSame && takesMany(step) && this.#operands.length > 0 && this.#operands.length < operandsMax
  }
}

/** Texts are joined and numbers computed many at once, but decimals: they get longer with each step. */
function takesMany({ function: name, type, arguments: operands }: Call): boolean {
  if (name === '||') return true
  return (
    (name === '+' || name === '-' || name === '*') && type.kind !== 'decimal' && operands.every((each) => sameType(each.type, type, true))
  )
}

function applied(operator: tree.ChainOperator, left: Expression, right: Expression, position: TextPosition): Call {
  const spoken = { name: operator, isOperator: true }
  const call = (name: FunctionName, first: Expression, second: Expression) => callOf(name, [first, second], position, spoken)
  switch (operator) {
    case '*':
      if (isInterval(left.type)) return call('TIMES_INTERVAL', left, right)
      return isInterval(right.type) ? call('TIMES_INTERVAL', right, left) : call('*', left, right)
    case '+':
      if (isInterval(right.type)) return call('PLUS_INTERVAL', left, right)
      return isInterval(left.type) ? call('PLUS_INTERVAL', right, left) : call('+', left, right)
    case '-':
      return call(isInterval(right.type) ? 'MINUS_INTERVAL' : '-', left, right)
    default:
      return call(operator, left, right)
  }
}

/** Points in time and intervals have functions of their own, with the interval on the right. */
function isInterval(type: DataType): boolean {
  return familyOf(type) === 'interval'
}
