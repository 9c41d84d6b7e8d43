/** MATCH_RECOGNIZE: which columns are kept, how conditions are tested, and where the values of measures are read. */
import { assert } from '#base'
import { type Column, type Schema, type Vector, withNullable } from '#data'
import {
  CalcOperator,
  type ConditionsShape,
  type MatchAggregates,
  type MatchCondition,
  Match as MatchOperator,
  type MatchRead,
  type MatchShape,
  type MatchSkip,
  type Operator,
  type Output,
  ProcessingTime,
  type RowReference,
  type ScalarTest,
} from '#dataflow'
import {
  columnOf,
  columnsIn,
  conjunctionOf,
  conjunctsOf,
  type Expression,
  type Match,
  type MatchLookup,
  type Measure,
  type Relation,
  referTo,
  scalarSignatures,
  schemaOf,
  walkExpression,
} from '#plan'
import { compileScalar } from '../generate/scalar.ts'
import type { Lowering } from './lowering.ts'
import { aggregateOf, argumentsOf } from './measures.ts'
import { keyedInput, orderOf, placesOf } from './places.ts'
import { InputPort } from './ports.ts'

export function lowerMatch(match: Match, output: Output, lowering: Lowering): void {
  const input = keptInput(match)
  const schema = schemaOf(input)
  const [first, ...others] = match.orderBy
  assert(first !== undefined, 'rows of MATCH_RECOGNIZE are ordered')
  const byClock = columnOf(match.input, first.column).role === 'processing-time'
  const found = new FoundColumns(match, schema, lowering)
  const tests = new Tests(match, schema, lowering)
  const calc = lowering.calc(found.schema, null, [
    ...match.partitionBy.map((name) => referTo(columnOf(match.input, name))),
    ...match.measures.map((measure) => measure.value),
  ])
  const shape: MatchShape = {
    types: schema.map((column) => column.type),
    partitionBy: placesOf(schema, match.partitionBy),
    time: placesOf(schema, [first.column])[0] ?? 0,
    order: byClock && others.length === 0 ? 'arrival' : 'time',
    orderBy: orderOf(schema, others),
    pattern: match.pattern,
    skip: skipOf(match),
    withinMs: match.withinMs,
    ...tests.shape(),
    aggregates: tests.aggregates,
    found: found.shape,
    ...lowering.takesLate(match, schema, placesOf(schema, [first.column])[0] ?? 0),
  }
  const receiver = new InputPort(new CalcOperator((batch) => calc.run(batch), output))
  const operator = lowering.sharded([keyedInput(schema, match.partitionBy)], receiver, (to) => new MatchOperator(shape, to))
  lowering.keep(match, operator)
  lowering.countLate(operator)
  const port = byClock && needsClock(match) ? clocked(shape.time, operator, lowering) : new InputPort(operator)
  lowering.attach(input, lowering.byKeys(shape.types, shape.partitionBy, port, output))
}

/** Whether something happens as time passes without rows. */
function needsClock({ withinMs, orderBy }: Match): boolean {
  return withinMs !== null || orderBy.length > 1
}

function clocked(time: number, operator: Operator, lowering: Lowering): Output {
  const clock = new ProcessingTime(time, new InputPort(operator))
  lowering.follow(clock)
  return new InputPort(clock)
}

function skipOf({ after, pattern }: Match): MatchSkip {
  if (!('variable' in after)) return after
  return { kind: after.kind, variable: pattern.findIndex((step) => step.variable === after.variable), name: after.variable }
}

/** The input without columns that nothing reads. */
function keptInput({ input, partitionBy, orderBy, definitions, lookups }: Match): Relation {
  const read = new Set([...partitionBy, ...orderBy.map((key) => key.column)])
  const note = (expression: Expression): void => {
    for (const name of columnsIn(expression)) read.add(name)
  }
  for (const { value } of definitions) note(value)
  for (const lookup of lookups) {
    if (lookup.kind === 'row') read.add(lookup.column)
    else if (lookup.kind === 'aggregate') for (const argument of lookup.arguments) note(argument)
  }
  const kept = schemaOf(input).filter(({ name }) => read.has(name))
  if (kept.length === schemaOf(input).length) return input
  return { kind: 'project', input, columns: kept.map((column) => ({ name: column.name, value: referTo(column) })) }
}

type RowLookup = Extract<MatchLookup, { kind: 'row' }>
type AggregateLookup = Extract<MatchLookup, { kind: 'aggregate' }>

function referenceOf({ variable, from, offset }: RowLookup, match: Match): RowReference {
  return { variable: variableOf(variable, match), from, offset }
}

/** A variable by its place in the pattern. */
function variableOf(name: string | null, { pattern }: Match): number | null {
  return name === null ? null : pattern.findIndex((step) => step.variable === name)
}

/** Aggregates by the variable whose rows they are over. */
class Groups {
  readonly #match: Match
  readonly #schema: Schema
  readonly #lookups = new Map<string | null, AggregateLookup[]>()

  constructor(match: Match, schema: Schema) {
    this.#match = match
    this.#schema = schema
  }

  add(lookup: AggregateLookup): { readonly group: number; readonly measure: number } {
    const known = this.#lookups.get(lookup.variable) ?? []
    this.#lookups.set(lookup.variable, known)
    const at = known.indexOf(lookup)
    const measure = at >= 0 ? at : known.push(lookup) - 1
    return { group: [...this.#lookups.keys()].indexOf(lookup.variable), measure }
  }

  get lookups(): AggregateLookup[] {
    return [...this.#lookups.values()].flat()
  }

  shapes(lowering: Lowering): MatchAggregates[] {
    return [...this.#lookups].map(([variable, lookups]) => {
      const args: Expression[] = []
      const measures = lookups.map((lookup) => {
        const measure: Measure = { ...lookup, distinct: false, filter: null }
        return {
          aggregate: aggregateOf(measure, false, lowering.session),
          arguments: argumentsOf(measure).map((each) => args.push(each) - 1),
          filter: null,
        }
      })
      const calc = lowering.calc(this.#schema, null, args)
      return {
        variable: variableOf(variable, this.#match),
        argumentsOf: (batch) => {
          const computed = calc.run(batch)
          assert(computed !== null, 'arguments are computed for each row')
          return computed
        },
        measures,
      }
    })
  }
}

/** How the conditions of variables are tested. */
class Tests {
  readonly #match: Match
  readonly #schema: Schema
  readonly #lowering: Lowering
  readonly #groups: Groups
  /** What conditions ask of rows alone, one for each condition that does. */
  readonly #alone: Expression[] = []
  readonly #conditions: (MatchCondition | null)[]

  constructor(match: Match, schema: Schema, lowering: Lowering) {
    this.#match = match
    this.#schema = schema
    this.#lowering = lowering
    this.#groups = new Groups(match, schema)
    this.#conditions = match.pattern.map(({ variable }) => {
      const definition = match.definitions.find(({ name }) => name === variable)
      return definition === undefined ? null : this.#condition(definition.value)
    })
  }

  get aggregates(): MatchAggregates[] {
    return this.#groups.shapes(this.#lowering)
  }

  shape(): ConditionsShape {
    const calc = this.#lowering.calc(this.#schema, null, this.#alone)
    const testRows: ConditionsShape['testRows'] = (batch): readonly Vector[] => {
      const computed = calc.run(batch)
      assert(computed !== null, 'each row is tested')
      return computed.columns
    }
    return { conditions: this.#conditions, testRows: this.#alone.length === 0 ? null : testRows }
  }

  #condition(value: Expression): MatchCondition {
    const parts = Map.groupBy(conjunctsOf(value), (part) => this.#isOfRow(part))
    const alone = conjunctionOf(parts.get(true) ?? [])
    const together = conjunctionOf(parts.get(false) ?? [])
    return {
      alone: alone === null ? null : { ...this.#test(alone), vector: this.#alone.push(alone) - 1 },
      together: together === null ? null : this.#test(together),
    }
  }

  /** Whether a condition looks at the tested row only, and may be asked for rows that nobody tests. */
  #isOfRow(value: Expression): boolean {
    let isPure = true
    walkExpression(value, (part) => {
      if (part.kind !== 'call') return
      if (part.function === 'USER_FUNCTION' || scalarSignatures[part.function].determinism !== 'pure') isPure = false
    })
    return isPure && [...columnsIn(value)].every((name) => this.#schema.some((column) => column.name === name))
  }

  #test(value: Expression): ScalarTest {
    const names = [...columnsIn(value)]
    const columns = names.map((name): Column => this.#schema.find((each) => each.name === name) ?? this.#lookup(name))
    return { reads: names.map((name) => this.#read(name)), test: compileScalar(value, columns, this.#lowering.session) }
  }

  #read(name: string): MatchRead {
    const column = this.#schema.findIndex((each) => each.name === name)
    if (column >= 0) return { kind: 'tested', column }
    const lookup = this.#lookup(name)
    if (lookup.kind === 'aggregate') return { kind: 'aggregate', ...this.#groups.add(lookup) }
    assert(lookup.kind === 'row', 'conditions know no time of a match')
    return { kind: 'matched', reference: referenceOf(lookup, this.#match), column: placesOf(this.#schema, [lookup.column])[0] ?? 0 }
  }

  #lookup(name: string): MatchLookup {
    const found = this.#match.lookups.find((lookup) => lookup.name === name)
    assert(found !== undefined, `the condition reads ${name}`)
    return found
  }
}

/** The columns that matches come with, before measures are computed from them. */
class FoundColumns {
  readonly shape: MatchShape['found']
  readonly schema: Schema

  constructor(match: Match, schema: Schema, lowering: Lowering) {
    const read = new Set(match.measures.flatMap(({ value }) => [...columnsIn(value)]))
    const lookups = match.lookups.filter(({ name }) => read.has(name))
    const groups = new Groups(match, schema)
    const rows = lookups.filter((lookup) => lookup.kind === 'row')
    const references: RowReference[] = []
    const place = (reference: RowReference): number => {
      const known = references.findIndex((each) => isSame(each, reference))
      return known >= 0 ? known : references.push(reference) - 1
    }
    const keys = match.partitionBy.map((name) => columnOf(match.input, name))
    const reads = [
      ...keys.map(({ name }) => ({ reference: place({ variable: null, from: 'first', offset: 0 }), column: name })),
      ...rows.map((lookup) => ({ reference: place(referenceOf(lookup, match)), column: lookup.column })),
    ]
    for (const lookup of lookups) if (lookup.kind === 'aggregate') groups.add(lookup)
    const time = lookups.find((lookup) => lookup.kind === 'time')
    this.shape = {
      references,
      reads: reads.map(({ reference, column }) => ({ reference, column: placesOf(schema, [column])[0] ?? 0 })),
      aggregates: groups.shapes(lowering),
      isTimed: time !== undefined,
    }
    this.schema = [
      ...keys,
      ...rows.map(({ name, type }) => ({ name, type: withNullable(type, true) })),
      ...groups.lookups.map(({ name, type }) => ({ name, type })),
      ...(time === undefined ? [] : [{ name: time.name, type: time.type }]),
    ]
  }
}

function isSame(a: RowReference, b: RowReference): boolean {
  return a.variable === b.variable && a.from === b.from && a.offset === b.offset
}
