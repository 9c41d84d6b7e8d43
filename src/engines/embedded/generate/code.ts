/**
 * Pieces of generated JavaScript. Generated source is made of fixed text, numbered names and numbered slots only: constants, names
 * and everything else that a user wrote reach it as values in slots, never as text.
 */
import type { DataType } from '#data'

/**
 * A scalar in generated code. `value` is a JavaScript expression without side effects, meaningful only where `isNull` is false;
 * `isNull` is the text `false` when the scalar is never NULL.
 *
 * In registers, booleans are booleans, text is a string, and exact integers are numbers in narrow code and bigints in wide code;
 * all else looks as boxed values do (data/type.ts).
 */
export interface Code {
  readonly value: string
  readonly isNull: string
  readonly type: DataType
}

/**
 * How exact integers (bigint, decimal, fine timestamps) are computed. Narrow code uses numbers and gives up, to be run again as wide
 * code with bigints, when a value leaves the safe range.
 */
export type Width = 'narrow' | 'wide'

/** Collects the lines of a generated function and the slots that it closes over. */
export class CodeWriter {
  readonly width: Width
  /** Statement that leaves narrow code because a value does not fit; wide code never uses it. */
  readonly giveUp: string
  readonly lines: string[] = []
  readonly slots: unknown[] = []
  readonly #slotNames = new Map<unknown, string>()
  #variables = 0

  constructor(width: Width, giveUp: string) {
    this.width = width
    this.giveUp = giveUp
  }

  line(text: string): void {
    this.lines.push(text)
  }

  /** A new variable name. */
  fresh(): string {
    return `v${this.#variables++}`
  }

  /** Binds an expression to a new constant of the generated code and returns its name. */
  assign(expression: string): string {
    const name = this.fresh()
    this.line(`const ${name} = ${expression};`)
    return name
  }

  /** The name under which generated code finds a value of ours. The same value has the same name. */
  slot(value: unknown): string {
    const known = this.#slotNames.get(value)
    if (known !== undefined) return known
    const name = `k${this.slots.length}`
    this.slots.push(value)
    this.#slotNames.set(value, name)
    return name
  }
}

/** Text that tells generated code whether any of the scalars is NULL. */
export function anyNull(codes: readonly Code[]): string {
  const parts = codes.map((code) => code.isNull).filter((text) => text !== 'false')
  if (parts.includes('true')) return 'true'
  return parts.length === 0 ? 'false' : parts.length === 1 ? (parts[0] ?? 'false') : `(${parts.join(' || ')})`
}

/** The value that a register holds where a scalar is NULL: of the right kind, so that the code stays monomorphic. */
export function neutralValue(type: DataType, width: Width, exact: boolean): string {
  if (exact) return width === 'wide' ? '0n' : '0'
  switch (type.kind) {
    case 'boolean':
      return 'false'
    case 'char':
    case 'varchar':
      return "''"
    case 'array':
    case 'map':
    case 'multiset':
    case 'row':
    case 'binary':
    case 'varbinary':
    case 'bitmap':
    case 'variant':
    case 'null':
      return 'null'
    default:
      return '0'
  }
}

/** Compiles a generated function: `body` sees the slots by name and returns the function. */
export function compileFunction<F>(writer: CodeWriter, source: string): F {
  const names = writer.slots.map((_, index) => `k${index}`)
  const make = new Function(...names, `'use strict';\n${source}`) as (...slots: unknown[]) => F
  return make(...writer.slots)
}
