/** Aggregate functions, and functions with OVER. */
import { type Expression, type Measure, type OverMeasure, overSignatures } from '#plan'
import { jsonValues, userName } from './call.ts'
import { renderErrors } from './errors.ts'
import type { ExpressionWriter } from './expression.ts'
import { level } from './written.ts'

type Called = Pick<Measure, 'arguments' | 'distinct' | 'user'> & Pick<OverMeasure, 'function'>

/** `SUM(DISTINCT a) FILTER (WHERE …)` */
export function renderMeasure(write: ExpressionWriter, measure: Measure): string {
  const filter = measure.filter === null ? '' : ` FILTER (WHERE ${write.text(measure.filter)})`
  return calledText(write, measure) + filter
}

/** Whether a function looks at the whole partition, whatever its frame. */
export function hasNoFrame({ function: name }: OverMeasure): boolean {
  return Object.hasOwn(overSignatures, name)
}

/** The function with its arguments alone. */
export function calledText(write: ExpressionWriter, called: Called): string {
  const { function: name, arguments: args, distinct, user } = called
  const quantifier = distinct ? 'DISTINCT ' : ''
  switch (name) {
    case 'COUNT':
      return `COUNT(${quantifier}${args.length === 0 ? '*' : list(write, args)})`
    case 'JSON_OBJECTAGG': {
      const [onNull, forms, key, value] = args
      const values = jsonValues(write, forms, value === undefined ? [] : [value])
      return `JSON_OBJECTAGG(KEY ${key === undefined ? '' : write.operand(key, level.primary)} VALUE ${values.join()} ${wordOf(onNull)} ON NULL)`
    }
    case 'JSON_ARRAYAGG': {
      const [onNull, forms, value] = args
      return `JSON_ARRAYAGG(${jsonValues(write, forms, value === undefined ? [] : [value]).join()} ${wordOf(onNull)} ON NULL)`
    }
    case 'SINGLE_VALUE':
      throw renderErrors.ENGINE_FLINK_RENDER_FUNCTION({ function: name, reason: 'it stands for a sub-query with a value for each row' })
    case 'USER_AGGREGATE':
      return `${userName(user?.name ?? '')}(${quantifier}${list(write, args)})`
    default:
      return `${name}(${quantifier}${list(write, args)})`
  }
}

function list(write: ExpressionWriter, args: readonly Expression[]): string {
  return args.map(write.text).join(', ')
}

function wordOf(expression: Expression | undefined): string {
  return expression?.kind === 'literal' ? String(expression.value) : ''
}
