import { expect, test } from 'vitest'
import { assert } from '#base'
import { batchOf, changeNames, integerType, rowAt, type Schema, stringType, withNullable } from '#data'
import { checked } from '../check/checked-operator.fixture.ts'
import { Random, randomBatches, randomChanges } from '../check/random-changes.fixture.ts'
import { varyForms } from '../check/vary-forms.fixture.ts'
import type { Output } from '../operator.ts'
import { type AsyncCall, AsyncCalls } from './async-calls.ts'

const input: Schema = [
  { name: 'word', type: stringType },
  { name: 'number', type: withNullable(integerType, false) },
]
const output: Schema = [input[0] as Schema[number], { name: 'tenfold', type: integerType }, { name: 'both', type: stringType }]

/** Values that are given when the test says so. */
class Answers {
  readonly open: (() => void)[] = []
  most = 0

  call(result: AsyncCall['result'], args: readonly number[], give: (values: readonly unknown[]) => unknown): AsyncCall {
    return {
      arguments: args,
      result,
      call: (values) =>
        new Promise((resolve) => {
          this.open.push(() => resolve(give(values)))
          this.most = Math.max(this.most, this.open.length)
        }),
    }
  }

  async giveOne(random: Random): Promise<void> {
    const [answer] = this.open.splice(random.below(this.open.length), 1)
    answer?.()
    await Promise.resolve()
  }
}

function run(capacity: number, answers: Answers) {
  const sent: string[] = []
  const calls = [
    answers.call(integerType, [1], ([number]) => (number as number) * 10),
    answers.call(stringType, [0, 1], ([word, number]) => (word === null ? null : `${word as string}${number as number}`)),
  ]
  const shape = { types: input.map(({ type }) => type), passed: 1, calls, capacity, answered: () => undefined }
  const operators: AsyncCalls[] = []
  const factory = (to: Output): AsyncCalls => {
    const operator = new AsyncCalls(shape, to)
    operators.push(operator)
    return operator
  }
  const checkedOperator = checked(
    { inputs: [input], output },
    factory,
  )({
    push(batch) {
      for (let row = 0; row < batch.length; row++) {
        sent.push([changeNames[(batch.kinds?.[row] ?? 0) as 0 | 1 | 2 | 3], ...rowAt(batch, output, row)].join(' '))
      }
    },
    advance: (watermarkMs) => sent.push(`watermark ${watermarkMs}`),
    finish: () => sent.push('end'),
  })
  const [operator] = operators
  assert(operator !== undefined, 'the operator was made')
  return { operator, checkedOperator, sent }
}

test('rows go on with their values, in the order in which they came, whatever the order of the values', async () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = new Random(seed)
    const answers = new Answers()
    const capacity = 1 + random.below(6)
    const { operator, checkedOperator, sent } = run(capacity, answers)
    const changes = randomChanges(random, 30, () => [random.pick(['a', 'b', null]), random.below(3)], true)
    const wanted: string[] = []
    const drain = async (): Promise<void> => {
      while (!operator.isIdle) {
        await answers.giveOne(random)
        operator.sendAnswered()
      }
    }
    for (const [index, step] of randomBatches(random, changes).entries()) {
      if (!('rows' in step)) continue
      const batch = varyForms(batchOf(input, step.rows, step.kinds), input, index)
      for (const [row, [word, number]] of step.rows.entries()) {
        const both = word === null ? null : `${word as string}${number as number}`
        wanted.push([changeNames[(step.kinds?.[row] ?? 0) as 0 | 1 | 2 | 3], word, (number as number) * 10, both].join(' '))
      }
      checkedOperator.push(0, batch)
      checkedOperator.advance(0, index)
      wanted.push(`watermark ${index}`)
      expect(operator.isIdle).toBe(false)
      for (let answered = random.below(8); answered > 0; answered--) await answers.giveOne(random)
      operator.sendAnswered()
      if (random.below(3) === 0) await drain()
    }
    operator.finish()
    await drain()
    expect(sent, `seed ${seed}`).toEqual([...wanted, 'end'])
    expect(answers.most, `seed ${seed}`).toBeLessThanOrEqual(capacity * 2)
  }
})
