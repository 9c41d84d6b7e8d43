/** What functions with OVER read: the columns of their input, and those that are computed for arguments. */
import { type DataType, sameType, withNullable } from '#data'
import { type Expression, type NamedExpression, type Over, type OverMeasure, referTo, schemaOf } from '#plan'
import { embeddedErrors } from '../errors.ts'
import { literalValue } from '../generate/expression.ts'

/** The columns of the input, and behind them those that are computed for arguments. */
export class OverLayout {
  readonly #over: Over
  readonly #columns: NamedExpression[]

  constructor(over: Over) {
    this.#over = over
    this.#columns = schemaOf(over.input).map((column) => ({ name: column.name, value: referTo(column) }))
  }

  get types(): DataType[] {
    return this.#columns.map((column) => column.value.type)
  }

  place(value: Expression): number {
    const known = value.kind === 'column' ? this.#columns.findIndex((column) => column.name === value.name) : -1
    return known >= 0 ? known : this.#columns.push({ name: `\u0000${this.#columns.length}`, value }) - 1
  }

  input(): Over['input'] {
    const { input } = this.#over
    return this.#columns.length === schemaOf(input).length ? input : { kind: 'project', input, columns: this.#columns }
  }
}

/** How far off the row of LAG or LEAD lies, and its arguments: the value and what stands for a missing row, if anything. */
export function neighbourOf({ function: name, arguments: [value, offset, otherwise], type }: OverMeasure): {
  readonly rows: number
  readonly values: readonly [Expression, ...Expression[]]
} {
  const rows = offset === undefined ? 1 : offset.kind === 'literal' ? Number(literalValue(offset)) : Number.NaN
  if (value === undefined || !(rows >= 0))
    throw embeddedErrors.ENGINE_NOT_SUPPORTED({ what: `${name} with an offset that is no constant of zero or more` })
  // A default is converted to the type of the values, so that both can stand in one column.
  return { rows, values: otherwise === undefined ? [value] : [value, convertedTo(otherwise, withNullable(type, true))] }
}

function convertedTo(value: Expression, type: DataType): Expression {
  return sameType(withNullable(value.type, true), type) ? value : { kind: 'cast', value, type, failing: 'error' }
}
