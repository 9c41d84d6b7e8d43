/** The keys of an aggregation as columns, repeated for GROUPING SETS. */
import { bigintType, type DataType, withNullable } from '#data'
import { Expand, type Output } from '#dataflow'
import { type Aggregate, columnOf, groupingIdOf, type NamedExpression, type Relation, referTo } from '#plan'
import { InputPort } from './ports.ts'

export interface GroupingKeys {
  /** The keys and, with GROUPING SETS, the number of the set behind them. */
  readonly columns: readonly NamedExpression[]
  readonly types: readonly DataType[]
  /** The place of the number of the set, if there is one. */
  readonly setPlaces: readonly number[]
  /** Repeats the rows that reach an output for each set; their first columns are these. */
  repeated(output: Output): Output
}

const setType = withNullable(bigintType, false)

/** Some or all keys of an aggregate, as columns of a relation below it. */
export function groupingKeysOf(aggregate: Aggregate, keys: readonly string[], input: Relation): GroupingKeys {
  const { groupingSets } = aggregate
  const columns = keys.map((key): NamedExpression => ({ name: key, value: referTo(columnOf(input, key)) }))
  const types = columns.map(({ value }) => value.type)
  if (groupingSets === null) return { columns, types, setPlaces: [], repeated: (output) => output }
  const sets = groupingSets.sets.map((set) => ({ id: groupingIdOf(aggregate.keys, set), kept: keys.map((key) => set.includes(key)) }))
  const nullable = types.map((type, index) => (sets.every(({ kept }) => kept[index] === true) ? type : withNullable(type, true)))
  return {
    // A name that no statement can give to a column of its own.
    columns: [...columns, { name: '\u0000set', value: { kind: 'literal', value: 0, type: setType } }],
    types: [...nullable, setType],
    setPlaces: [keys.length],
    repeated: (output) => new InputPort(new Expand({ keys: nullable, sets, inOrder: aggregate.window !== null }, output)),
  }
}
