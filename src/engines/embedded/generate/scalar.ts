/** Compiles an expression to a function of boxed values: for constants, rows of VALUES, and work done once per distinct word. */
import type { Column } from '#data'
import type { Expression } from '#plan'
import type { Session } from '../functions/evaluation.ts'
import { type Code, CodeWriter, compileFunction, type Width } from './code.ts'
import { type ColumnCodes, ExpressionEmitter } from './expression.ts'

export type BoxedFunction = (...values: unknown[]) => unknown

/** Takes the boxed values of the parameters and gives the boxed value of the expression; null is NULL. */
export function compileScalar(expression: Expression, parameters: readonly Column[], session: Session): BoxedFunction {
  let wide: BoxedFunction | undefined
  const runWide: BoxedFunction = (...values) => {
    wide ??= generate(expression, parameters, session, 'wide', undefined)
    return wide(...values)
  }
  return generate(expression, parameters, session, 'narrow', runWide)
}

function generate(
  expression: Expression,
  parameters: readonly Column[],
  session: Session,
  width: Width,
  runWide: BoxedFunction | undefined,
): BoxedFunction {
  const names = parameters.map((_, index) => `p${index}`)
  const writer = new CodeWriter(width, `return giveUp(${names.join(', ')});`)
  writer.line(`const giveUp = ${writer.slot(runWide)};`)
  const columns: ColumnCodes = {
    load: (name): Code => {
      const index = parameters.findIndex((parameter) => parameter.name === name)
      const parameter = parameters[index] as Column
      return emitter.unbox(names[index] as string, parameter.type)
    },
    shortcut: () => undefined,
  }
  const emitter = new ExpressionEmitter(writer, columns, session, null)
  const code = emitter.emit(expression)
  writer.line(`return ${emitter.boxed(code)};`)
  return compileFunction<BoxedFunction>(writer, `return function (${names.join(', ')}) {\n${writer.lines.join('\n')}\n}`)
}

/** Remembers the result of a pure function for each word of a dictionary, and for NULL, from the first row that has it. */
export class WordResults {
  readonly #run: BoxedFunction
  #words: readonly string[] = []
  #results: unknown[] = []
  /** What the function gives for NULL; undefined while no row had it. */
  #ofNull: unknown

  constructor(run: BoxedFunction) {
    this.#run = run
  }

  ofNull(): unknown {
    if (this.#ofNull === undefined) this.#ofNull = this.#run(null)
    return this.#ofNull
  }

  at(words: readonly string[], code: number): unknown {
    if (words !== this.#words) {
      this.#words = words
      this.#results = []
    }
    const known = this.#results[code]
    if (known !== undefined) return known
    const result = this.#run(words[code])
    this.#results[code] = result
    return result
  }
}
