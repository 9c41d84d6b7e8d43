import { expect, it } from 'vitest'
import { integerType, type Schema, stringType } from '#data'
import { tableOf } from '../check/changelog.fixture.ts'
import { Random, randomBatches, randomChanges } from '../check/random-changes.fixture.ts'
import { rowsLeft } from '../check/rows-left.fixture.ts'
import { runOperator } from '../check/run-operator.fixture.ts'
import { FinalRows } from './final-rows.ts'

const schema: Schema = [
  { name: 'name', type: stringType },
  { name: 'count', type: integerType },
]

it('gives the rows that are left, as often as they are there, when the input ends', () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = new Random(seed)
    const changes = randomChanges(random, 60, () => [random.pick(['a', 'b', null]), random.pick([1, null])], true)
    const contract = { inputs: [schema], output: schema, appends: true }
    const types = schema.map((column) => column.type)
    const result = runOperator(contract, (to) => new FinalRows(types, [], to), randomBatches(random, changes))
    const wanted = rowsLeft(changes).map((row) => ({ kind: 0, row }))
    expect(tableOf(result.changes).toSorted(), `seed ${seed}`).toEqual(tableOf(wanted).toSorted())
  }
})
