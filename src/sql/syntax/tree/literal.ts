import type { TextPosition } from '#base'

export interface NumberLiteral {
  readonly kind: 'number-literal'
  /** As written, without sign. */
  readonly text: string
  /** `12` is an integer, `1.5` a decimal, `1e10` approximate (DOUBLE). */
  readonly form: 'integer' | 'decimal' | 'approximate'
  readonly position: TextPosition
}

export interface StringLiteral {
  readonly kind: 'string-literal'
  readonly value: string
  readonly position: TextPosition
}

interface BinaryLiteral {
  readonly kind: 'binary-literal'
  /** Upper-case hexadecimal digits, an even number of them. */
  readonly hex: string
  readonly position: TextPosition
}

/** TRUE, FALSE, and UNKNOWN whose value is null. */
interface BooleanLiteral {
  readonly kind: 'boolean-literal'
  readonly value: boolean | null
  readonly position: TextPosition
}

interface NullLiteral {
  readonly kind: 'null-literal'
  readonly position: TextPosition
}

/** `DATE '2020-01-31'` and its siblings. The text is not checked here. */
export interface DateTimeLiteral {
  readonly kind: 'datetime-literal'
  readonly type: 'DATE' | 'TIME' | 'TIMESTAMP' | 'TIMESTAMP_LTZ'
  readonly text: string
  readonly position: TextPosition
}

export type TimeUnit = 'YEAR' | 'QUARTER' | 'MONTH' | 'WEEK' | 'DAY' | 'HOUR' | 'MINUTE' | 'SECOND'

/** `DAY(3) TO SECOND(6)`: `precision` belongs to `start`, `fraction` to seconds. */
export interface IntervalQualifier {
  readonly kind: 'interval-qualifier'
  readonly start: TimeUnit
  readonly end?: TimeUnit
  readonly precision?: number
  readonly fraction?: number
  readonly position: TextPosition
}

/** `INTERVAL '10:00' HOUR TO MINUTE`; `negative` is the sign before the string, as in `INTERVAL -'1' DAY`. */
export interface IntervalLiteral {
  readonly kind: 'interval-literal'
  readonly negative: boolean
  readonly text: string
  readonly qualifier: IntervalQualifier
  readonly position: TextPosition
}

export type Literal = NumberLiteral | StringLiteral | BinaryLiteral | BooleanLiteral | NullLiteral | DateTimeLiteral | IntervalLiteral
