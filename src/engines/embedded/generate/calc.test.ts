/** Generated loops against a plain interpreter that only knows the evaluations of functions. */
import { describe, expect, it } from 'vitest'
import {
  batchOf,
  bigintType,
  booleanType,
  castFunction,
  type DataType,
  decimalType,
  doubleType,
  integerType,
  rowsOf,
  type Schema,
  stringType,
  timestampLtzType,
  type Vector,
} from '#data'
import { type Expression, type FunctionName, scalarSignatures } from '#plan'
import type { Session } from '../functions/evaluation.ts'
import { evaluations } from '../functions/index.ts'
import { Calc } from './calc.ts'
import { literalValue } from './expression.ts'

const session: Session = {
  timeZone: 'UTC',
  clock: { nowMs: () => 0, monotonicMs: () => 0 },
  startedAtMs: 0,
  userFunction: () => () => null,
}
const priceType = decimalType(10, 2)
const input: Schema = [
  { name: 'a', type: bigintType },
  { name: 'b', type: bigintType },
  { name: 'i', type: integerType },
  { name: 'x', type: doubleType },
  { name: 's', type: stringType },
  { name: 'f', type: booleanType },
  { name: 'p', type: priceType },
]

/** The boxed value of an expression in a row, by the evaluations alone. */
function interpret(expression: Expression, row: readonly unknown[]): unknown {
  switch (expression.kind) {
    case 'column':
      return row[input.findIndex((column) => column.name === expression.name)]
    case 'literal':
      return literalValue(expression)
    case 'cast': {
      const value = interpret(expression.value, row)
      return value === null ? null : castFunction(expression.value.type, expression.type, { timeZone: 'UTC' })(value)
    }
    case 'case': {
      const branch = expression.branches.find(({ when }) => interpret(when, row) === true)
      return interpret(branch === undefined ? expression.otherwise : branch.then, row)
    }
    case 'call': {
      const values = expression.arguments.map((argument) => interpret(argument, row))
      if (scalarSignatures[expression.function].nulls === 'strict' && values.includes(null)) return null
      const run = evaluations[expression.function]({
        arguments: expression.arguments.map((argument) => argument.type),
        result: expression.type,
        constants: expression.arguments.map((argument) => (argument.kind === 'literal' ? literalValue(argument) : undefined)),
        session,
        user: undefined,
      }) as (...args: unknown[]) => unknown
      return run(...values)
    }
  }
}

class Dice {
  #state: number
  constructor(seed: number) {
    this.#state = seed
  }
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) | 0
    return (this.#state >>> 8) % limit
  }
  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T
  }
}

function column(name: string): Expression {
  const found = input.find((each) => each.name === name)
  return { kind: 'column', name, type: found?.type ?? bigintType }
}

function literal(value: number | string | boolean | bigint | null, type: DataType): Expression {
  return { kind: 'literal', value, type }
}

function call(name: FunctionName, args: Expression[], type: DataType): Expression {
  return { kind: 'call', function: name, arguments: args, type }
}

const longs = [0, 1, -1, 7, 9007199254740991, 9007199254740993n, -9223372036854775808n]

function randomLong(dice: Dice, depth: number): Expression {
  if (depth === 0) return dice.below(3) === 0 ? literal(dice.pick(longs), bigintType) : column(dice.pick(['a', 'b']))
  const next = (): Expression => randomLong(dice, depth - 1)
  switch (dice.below(6)) {
    case 0:
      return call(dice.pick(['+', '-', '*']), [next(), next()], bigintType)
    case 1:
      return call('NEGATE', [next()], bigintType)
    case 2:
      return call('COALESCE', [next(), next()], bigintType)
    case 3:
      return call('IF', [randomTruth(dice, depth - 1), next(), next()], bigintType)
    case 4:
      return { kind: 'case', branches: [{ when: randomTruth(dice, depth - 1), then: next() }], otherwise: next(), type: bigintType }
    default:
      return { kind: 'cast', value: column('i'), type: bigintType, failing: 'error' }
  }
}

function randomText(dice: Dice, depth: number): Expression {
  if (depth === 0) return dice.below(3) === 0 ? literal(dice.pick(['', 'a', 'é', "';throw 1//"]), stringType) : column('s')
  const inner = randomText(dice, depth - 1)
  return dice.below(2) === 0 ? call('UPPER', [inner], stringType) : call('||', [inner, randomText(dice, depth - 1)], stringType)
}

function randomTruth(dice: Dice, depth: number): Expression {
  if (depth === 0) return dice.below(4) === 0 ? literal(dice.pick([true, false, null]), booleanType) : column('f')
  const next = (): Expression => randomTruth(dice, depth - 1)
  switch (dice.below(7)) {
    case 0:
    case 1: {
      const parts = Array.from({ length: 2 + dice.below(3) }, next)
      return call(dice.pick(['AND', 'OR']), parts, booleanType)
    }
    case 2:
      return call('NOT', [next()], booleanType)
    case 3:
      return call(dice.pick(['=', '<>', '<', '<=', '>', '>=']), [randomLong(dice, depth - 1), randomLong(dice, depth - 1)], booleanType)
    case 4:
      return call(dice.pick(['=', '<>', '<']), [randomText(dice, depth - 1), randomText(dice, depth - 1)], booleanType)
    case 5:
      return call(dice.pick(['IS NULL', 'IS NOT NULL']), [randomLong(dice, depth - 1)], { ...booleanType, nullable: false })
    default:
      return call(dice.pick(['IS TRUE', 'IS NOT TRUE', 'IS FALSE', 'IS NOT FALSE']), [next()], { ...booleanType, nullable: false })
  }
}

function randomRow(dice: Dice, big: boolean): unknown[] {
  const numbers = big ? longs : [0, 1, -1, 7, 100]
  return [
    dice.pick([null, ...numbers]),
    dice.pick(numbers),
    dice.pick([null, 0, 2147483647, -2147483648]),
    dice.pick([null, 0, 1.5, Number.NaN]),
    dice.pick([null, '', 'a', 'é', 'abc']),
    dice.pick([null, true, false]),
    dice.pick([null, 0, 150, -9999999999]),
  ]
}

/** The text column in one of its forms. */
function inForm(vector: Vector, form: number, rows: number): Vector {
  if (vector.form !== 'text' || form === 0) return vector
  if (form === 1) {
    const words = [...new Set(vector.data.slice(0, rows))]
    return { form: 'dictionary', codes: Int32Array.from(vector.data, (text) => words.indexOf(text)), words, nulls: vector.nulls }
  }
  const parts = vector.data.map((text) => new TextEncoder().encode(text))
  const ends = Int32Array.from(parts)
  const data = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0))
  let at = 0
  parts.forEach((part, index) => {
    data.set(part, at)
    at += part.length
    ends[index] = at
  })
  return {
    form: 'bytes',
    data,
    starts: Int32Array.from(parts, (part, index) => (ends[index] ?? 0) - part.length),
    ends,
    nulls: vector.nulls,
  }
}

describe('generated filter and projection', () => {
  it('gives what the evaluations give, in every form of its columns', () => {
    for (let seed = 0; seed < 400; seed++) {
      const dice = new Dice(seed)
      const rows = Array.from({ length: 20 }, () => randomRow(dice, seed % 2 === 0))
      const outputs = [randomLong(dice, 3), randomTruth(dice, 3), randomText(dice, 2), column('s')]
      const condition = dice.below(3) === 0 ? null : randomTruth(dice, 2)
      const calc = new Calc({ input, condition, outputs, session })
      const schema = outputs.map((output, index) => ({ name: `c${index}`, type: output.type }))
      const wanted = rows
        .filter((row) => condition === null || interpret(condition, row) === true)
        .map((row) => outputs.map((output) => interpret(output, row)))
      for (const form of [0, 1, 2]) {
        const batch = batchOf(input, rows)
        const result = calc.run({ ...batch, columns: batch.columns.map((vector) => inForm(vector, form, rows.length)) })
        expect(result === null ? [] : rowsOf(result, schema), `seed ${seed}, form ${form}`).toEqual(wanted)
      }
    }
  })

  it('computes decimals exactly where their scale stays natural and where it does not', () => {
    const product = call('*', [column('p'), column('p')], decimalType(21, 4))
    const calc = new Calc({ input, condition: null, outputs: [product], session })
    const batch = batchOf(input, [[1, 1, 1, 1, 'a', true, 9999999999]])
    const result = calc.run(batch)
    expect(result === null ? [] : rowsOf(result, [{ name: 'c', type: product.type }])).toEqual([[99999999980000000001n]])
  })

  it('stays narrow where a divisor is NULL', () => {
    for (const name of ['/', '%'] as const) {
      const next = call('+', [call(name, [column('b'), column('a')], bigintType), literal(1, bigintType)], bigintType)
      const calc = new Calc({ input, condition: null, outputs: [next], session })
      const result = calc.run(batchOf(input, [[null, 7, 1, 1, 'a', true, 0]]))
      expect(result === null ? [] : rowsOf(result, [{ name: 'c', type: bigintType }])).toEqual([[null]])
      expect(calc.sources).toHaveLength(1)
    }
  })

  it('lets a guard protect what stands behind it', () => {
    const quotient = call('/', [column('a'), column('b')], bigintType)
    const guarded = call(
      'AND',
      [call('<>', [column('b'), literal(0, bigintType)], booleanType), call('>', [quotient, literal(0, bigintType)], booleanType)],
      booleanType,
    )
    const calc = new Calc({ input, condition: guarded, outputs: [column('a')], session })
    expect(calc.run(batchOf(input, [[1, 0, 1, 1, 'a', true, 0]]))).toBeNull()
    const bare = new Calc({ input, condition: null, outputs: [quotient], session })
    expect(() => bare.run(batchOf(input, [[1, 0, 1, 1, 'a', true, 0]]))).toThrow('cannot divide by zero')
  })

  it('fails for no word and no NULL that no row has', () => {
    const cast = (value: Expression): Expression => ({ kind: 'cast', value, type: integerType, failing: 'error' })
    const number = cast(call('COALESCE', [column('s'), literal('none', stringType)], stringType))
    const wanted = call(
      'AND',
      [call('<>', [column('s'), literal('ten', stringType)], booleanType), call('>', [number, literal(1, integerType)], booleanType)],
      booleanType,
    )
    const calc = new Calc({ input, condition: wanted, outputs: [number], session })
    const texts = (...values: readonly (string | null)[]) => {
      const batch = batchOf(
        input,
        values.map((text) => [1, 1, 1, 1, text, true, 0]),
      )
      return { ...batch, columns: batch.columns.map((vector) => inForm(vector, 1, values.length)) }
    }
    const result = calc.run(texts('2', 'ten', '1', '2', '3'))
    expect(result === null ? [] : rowsOf(result, [{ name: 'c', type: integerType }])).toEqual([[2], [2], [3]])
    expect(() => new Calc({ input, condition: null, outputs: [number], session }).run(texts('2', null))).toThrow('none')
  })

  it('reads the clock once for the rows of a batch, and again for the next', () => {
    let now = 0
    const clock = { nowMs: () => ++now, monotonicMs: () => 0 }
    const arrived = call('PROCTIME', [], timestampLtzType)
    const calc = new Calc({ input, condition: null, outputs: [arrived], session: { ...session, clock } })
    const rows = Array.from({ length: 3 }, () => [1, 1, 1, 1, 'a', true, 0])
    const times = [1, 2].map(() => {
      const result = calc.run(batchOf(input, rows))
      return result === null ? [] : rowsOf(result, [{ name: 'c', type: arrived.type }]).flat()
    })
    expect(times).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ])
  })

  it('gives all functions of the time of a batch the same moment', () => {
    let now = 0
    const clock = { nowMs: () => ++now, monotonicMs: () => 0 }
    const outputs = (['PROCTIME', 'NOW', 'CURRENT_TIMESTAMP'] as const).map((name) => call(name, [], timestampLtzType))
    const calc = new Calc({ input, condition: null, outputs, session: { ...session, clock, startedAtMs: Number.NaN } })
    const result = calc.run(batchOf(input, [[1, 1, 1, 1, 'a', true, 0]]))
    const columns = outputs.map(({ type }, index) => ({ name: `${index}`, type }))
    expect(result === null ? [] : rowsOf(result, columns)).toEqual([[1, 1, 1]])
  })

  it('generates few loops, whichever columns happen to have NULLs', () => {
    const dice = new Dice(1)
    const outputs = input.map((each) => call('IS NULL', [column(each.name)], { ...booleanType, nullable: false }))
    const calc = new Calc({ input, condition: null, outputs, session })
    for (let batch = 0; batch < 200; batch++) {
      const row = [1, 1, 1, 1.5, 'a', true, 150].map((value) => (dice.below(2) === 0 ? null : value))
      const result = calc.run(batchOf(input, [row]))
      expect(
        result === null
          ? []
          : rowsOf(
              result,
              outputs.map((each, index) => ({ name: `${index}`, type: each.type })),
            ),
      ).toEqual([row.map((value) => value === null)])
    }
    expect(calc.sources.length).toBeLessThanOrEqual(input.length + 1)
  })

  it('never lets text of a user into generated source', () => {
    const hostile = [
      '"];throw 1//',
      "';process.exit(1);'",
      '`$' + '{globalThis}`',
      '\u2028alert(1)',
      '*/ evil() /*',
      '\\',
      'constructor',
      '__proto__',
    ]
    for (const text of hostile) {
      const schema: Schema = [
        { name: text, type: stringType },
        { name: `${text}2`, type: bigintType },
      ]
      const named: Expression = { kind: 'column', name: text, type: stringType }
      const outputs = [
        call('||', [named, literal(text, stringType)], stringType),
        call('=', [named, literal(text, stringType)], booleanType),
        call('+', [{ kind: 'column', name: `${text}2`, type: bigintType }, literal(12345678, bigintType)], bigintType),
      ]
      const calc = new Calc({ input: schema, condition: null, outputs, session })
      const result = calc.run(batchOf(schema, [[text, 1]]))
      expect(
        result === null
          ? []
          : rowsOf(
              result,
              outputs.map((output, index) => ({ name: `${index}`, type: output.type })),
            ),
      ).toEqual([[text + text, true, 12345679]])
      for (const source of calc.sources) {
        expect(source).not.toContain(text)
        expect(source).not.toContain('12345678')
        expect(source).toMatch(/^[\w\s(){}[\];,.?:=<>!|&+*/%'-]*$/)
      }
    }
  })
})
