/** Every line of the case files, and that each function has lines. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MillraceError } from '#base'
import { castFunction, type DataType, printType, sameType } from '#data'
import { type FunctionName, type Signature, scalarFunctionNamed, scalarSignatures } from '#plan'
import { literalOf, sameShown, show, type TypedValue } from './cases/case-values.fixture.ts'
import { type CaseExpression, type CaseLine, readCases } from './cases/read-cases.fixture.ts'
import type { CallShape, Session } from './evaluation.ts'
import { evaluations } from './index.ts'

const folder = `${import.meta.dirname}/cases`
const files = readdirSync(folder).filter((name) => name.endsWith('.txt'))
const cases = files.flatMap((file) => readCases(file, readFileSync(`${folder}/${file}`, 'utf8')))

/** The moment that functions of the clock see: 2024-02-29 12:34:56.789 UTC. */
const nowMs = Date.UTC(2024, 1, 29, 12, 34, 56, 789)

function sessionIn(timeZone: string): Session {
  const clock = { nowMs: () => nowMs, monotonicMs: () => 0 }
  return { timeZone, clock, startedAtMs: nowMs, userFunction: () => () => null }
}

interface Outcome {
  readonly type: DataType
  readonly value: unknown
}

/** Evaluates a call; without `constants` as if its arguments were columns, wherever the signature lets them be. */
function run(call: Extract<CaseExpression, { kind: 'call' }>, timeZone: string, constants: boolean): Outcome | null {
  const name = scalarFunctionNamed(call.name)
  if (name === undefined) throw new MillraceError('TEST', { blame: 'internal', message: `no function ${call.name}` }, {})
  const values = call.arguments.map((argument) => valueOfArgument(argument, timeZone))
  const signature: Signature = scalarSignatures[name]
  if (values.length < signature.arity[0] || values.length > signature.arity[1]) return null
  const literals = values.map((value) => (value.literal ? value.value : undefined))
  const known = constants ? literals : literals.map((literal, i) => (needsLiteral(signature, values, literals, i) ? literal : undefined))
  const resolution = signature.resolve(values.map(({ type }, i) => ({ type, literal: known[i] })))
  if (resolution === null) return null
  const converted = values.map((value, i) => convert(value, resolution.arguments[i] as DataType, timeZone))
  const shape: CallShape = {
    arguments: resolution.arguments,
    result: resolution.result,
    constants: known.map((literal, i) => (literal === undefined ? undefined : converted[i])),
    session: sessionIn(timeZone),
    user: undefined,
  }
  const evaluate = evaluations[name](shape) as (...values: unknown[]) => unknown
  const strict = signature.nulls === 'strict' && converted.includes(null)
  return { type: resolution.result, value: strict ? null : evaluate(...converted) }
}

function needsLiteral(signature: Signature, values: readonly TypedValue[], literals: readonly unknown[], index: number): boolean {
  const all = values.map(({ type }, i) => ({ type, literal: literals[i] }))
  const without = all.map((argument, i) => (i === index ? { ...argument, literal: undefined } : argument))
  const before = signature.resolve(all)
  const after = signature.resolve(without)
  return before === null || after === null || !sameType(before.result, after.result)
}

function valueOfArgument(expression: CaseExpression, timeZone: string): TypedValue {
  if (expression.kind !== 'call') return literalOf(expression)
  const outcome = run(expression, timeZone, true)
  if (outcome === null) throw new MillraceError('TEST', { blame: 'internal', message: `${expression.name} inside a case is refused` }, {})
  return { ...outcome, literal: false }
}

function convert({ type, value }: TypedValue, to: DataType, timeZone: string): unknown {
  if (value === null || sameType(type, to, true)) return value
  return castFunction(type, to, { timeZone })(value)
}

function answerOf(line: CaseLine, constants: boolean): { answer: string; type: string | null; kind: DataType | null } {
  try {
    const outcome = run(line.call, line.timeZone, constants)
    if (outcome === null) return { answer: 'REFUSED', type: null, kind: null }
    return { answer: show(outcome.value, outcome.type, line.timeZone), type: printType(outcome.type), kind: outcome.type }
  } catch (error) {
    if (error instanceof MillraceError && error.blame === 'user') return { answer: `ERROR ${error.code}`, type: null, kind: null }
    throw error
  }
}

describe.each(files)('%s', (file) => {
  test.each(cases.filter((line) => line.file === file).map((line) => [`${line.line} ${line.text}`, line] as const))('%s', (_, line) => {
    for (const constants of [true, false]) {
      const { answer, type, kind } = answerOf(line, constants)
      const same =
        kind !== null && (line.expected.startsWith('MATCHES ') ? matches(answer, line.expected) : sameShown(answer, line.expected, kind))
      expect({ answer: same ? line.expected : answer, type, constants }).toEqual({ answer: line.expected, type: line.type, constants })
    }
  })
})

function matches(answer: string, expected: string): boolean {
  return new RegExp(expected.slice('MATCHES '.length)).test(answer.slice(1, -1))
}

/** Their values never repeat, or come from elsewhere. */
const uncovered: readonly FunctionName[] = ['USER_FUNCTION', 'CURRENT_WATERMARK', 'CURRENT_DATABASE']

test('every function has three cases at least, or cannot have any', () => {
  const counts = new Map<string, number>()
  for (const { call } of cases) {
    const name = scalarFunctionNamed(call.name) ?? call.name
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const fewest = (name: string): number => (scalarSignatures[name as FunctionName].arity[1] === 0 ? 1 : 3)
  const missing = Object.keys(scalarSignatures).filter((name) => (counts.get(name) ?? 0) < fewest(name))
  expect(missing.filter((name) => !uncovered.includes(name as FunctionName))).toEqual([])
})
