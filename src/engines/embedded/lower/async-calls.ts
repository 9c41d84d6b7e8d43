/**
 * Filters and projections that call users' asynchronous functions: calls that stand in no other one are made first, and what needs their
 * values is computed after them. Conditions without such calls are tested before, so that rows which fail them make none.
 */
import { assert } from '#base'
import type { Column, Schema } from '#data'
import { type AsyncCall, AsyncCalls, CalcOperator, type Output } from '#dataflow'
import {
  type Call,
  columnsIn,
  conjunctionOf,
  conjunctsOf,
  type Expression,
  mapExpression,
  printExpression,
  type Relation,
  referTo,
  schemaOf,
  walkExpression,
} from '#plan'
import type { AsyncFunction, Session } from '../functions/evaluation.ts'
import { AsyncTask } from './async-task.ts'
import { balancedPort } from './balance.ts'
import type { Fused } from './fuse.ts'
import type { Lowering } from './lowering.ts'
import { InputPort } from './ports.ts'

/** What is still to compute, over the columns that are there. */
interface Wanted {
  readonly schema: Schema
  readonly condition: Expression | null
  readonly columns: readonly Expression[]
}

/** Stages one behind the other, and the calls that their rows wait for. */
interface Stages {
  readonly lowering: Lowering
  readonly tasks: AsyncTask[]
}

export function callsAsync({ condition, columns }: Fused, session: Session): boolean {
  return [condition, ...columns.map(({ value }) => value)].some((value) => value !== null && asyncCallsIn(value, session).length > 0)
}

export function lowerAsyncCalc(relation: Relation, { base, condition, columns }: Fused, output: Output, lowering: Lowering): void {
  const { session } = lowering
  const isPlain = (part: Expression): boolean => asyncCallsIn(part, session).length === 0
  const parts = conjunctsOf(condition)
  const wanted = {
    schema: schemaOf(base),
    condition: conjunctionOf(parts.filter((part) => !isPlain(part))),
    columns: columns.map(({ value }) => value),
  }
  const tasks: AsyncTask[] = []
  const first = stage(conjunctionOf(parts.filter(isPlain)), wanted, 0, output, { lowering, tasks })
  lowering.attach(base, balancedPort(relation, base, first, tasks, lowering))
}

/** Takes rows of the schema: tests the guard, makes the next calls, and hands their values to the stage after it. */
function stage(guard: Expression | null, { schema, condition, columns }: Wanted, depth: number, output: Output, stages: Stages): Output {
  const { lowering } = stages
  const expressions = [...(condition === null ? [] : [condition]), ...columns]
  const calls = innermost(expressions, lowering.session)
  if (calls.size === 0) {
    const calc = lowering.calc(schema, condition, columns)
    return new InputPort(new CalcOperator((batch) => calc.run(batch), output))
  }
  const names = new Map([...calls.keys()].map((key, index) => [key, `\u0000call${depth}-${index}`]))
  const replaced = (expression: Expression): Expression => withoutCalls(expression, names)
  const rest = expressions.map(replaced)
  const read = new Set(rest.flatMap((expression) => [...columnsIn(expression)]))
  const passed = schema.filter(({ name }) => read.has(name))
  const results = [...calls].map(([key, { type }]): Column => ({ name: names.get(key) ?? '', type }))
  const after: Wanted = {
    schema: [...passed, ...results],
    condition: condition === null ? null : replaced(condition),
    columns: columns.map(replaced),
  }
  const next = stage(null, after, depth + 1, output, stages)
  const args = [...calls.values()].flatMap((call) => call.arguments)
  const calc = lowering.calc(schema, guard, [...passed.map(referTo), ...args])
  const operator = asyncOperator(passed, [...calls.values()], next, stages)
  return new InputPort(new CalcOperator((batch) => calc.run(batch), new InputPort(operator)))
}

/** Its input has the columns that go on, and behind them the arguments of all calls. */
function asyncOperator(passed: Schema, calls: readonly Call[], output: Output, { lowering, tasks }: Stages): AsyncCalls {
  const { session, asyncLimits } = lowering
  const task = new AsyncTask(asyncLimits, session.clock)
  let place = passed.length
  const shapes = calls.map((call): AsyncCall => {
    const found = asyncFunctionOf(call, session)
    assert(found !== null, 'a call of a stage is one of an asynchronous function')
    return {
      arguments: call.arguments.map(() => place++),
      result: call.type,
      call: task.caller(found.later, call.user?.name ?? call.function, call.origin),
    }
  })
  const types = [...passed, ...calls.flatMap((call) => call.arguments)].map(({ type }) => type)
  const shape = { types, passed: passed.length, calls: shapes, capacity: asyncLimits.capacity, answered: () => task.wake() }
  const operator = new AsyncCalls(shape, output)
  task.serve(operator)
  lowering.measureState(operator)
  tasks.push(task)
  return operator
}

/** The calls without others among their arguments, each once. */
function innermost(expressions: readonly Expression[], session: Session): Map<string, Call> {
  const calls = new Map<string, Call>()
  for (const call of expressions.flatMap((expression) => asyncCallsIn(expression, session))) {
    const isInnermost = call.arguments.every((argument) => asyncCallsIn(argument, session).length === 0)
    if (isInnermost && !calls.has(keyOf(call))) calls.set(keyOf(call), call)
  }
  return calls
}

function withoutCalls(expression: Expression, names: ReadonlyMap<string, string>): Expression {
  return mapExpression(expression, (part) => {
    const name = part.kind === 'call' && part.function === 'USER_FUNCTION' ? names.get(keyOf(part)) : undefined
    return name === undefined ? part : { kind: 'column', name, type: part.type }
  })
}

function keyOf(call: Call): string {
  return `${call.user?.file}\u0000${call.user?.export}\u0000${printExpression(call)}`
}

function asyncCallsIn(expression: Expression, session: Session): Call[] {
  const calls: Call[] = []
  walkExpression(expression, (part) => {
    if (part.kind === 'call' && asyncFunctionOf(part, session) !== null) calls.push(part)
  })
  return calls
}

function asyncFunctionOf({ user }: Call, session: Session): AsyncFunction | null {
  if (user === undefined) return null
  const loaded = session.userFunction(user)
  return typeof loaded === 'object' && 'later' in loaded ? loaded : null
}
