/** A process that keeps samples in a folder until it is killed; it prints the number of each one that is safe. Five minutes take a blink. */
import { layoutOf } from './layout.ts'
import { SampleStore } from './sample-store.ts'

const [folder = '', first = '0', begin = '0'] = process.argv.slice(2)
const layout = layoutOf([{ operatorId: '1', operatorName: 'Filter', kind: 'operator', subtask: 0 }])
let now = 0
const store = SampleStore.open({ folder, clock: { nowMs: () => now, monotonicMs: () => now }, bytesMax: 100_000_000 })
for (let number = Number(first); ; number++) {
  now = Number(begin) + number * 5000
  store.add([{ workspace: 'w', job: 'j', at: now, layout, values: Float64Array.from(layout.columns, () => number) }])
  await store.maintain()
  console.log(number)
}
