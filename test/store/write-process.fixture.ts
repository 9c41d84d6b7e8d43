/**
 * A process that writes to the store of a folder until it is killed: `<folder> <count>`. Each commit puts two records and an entry that
 * tell the same number; several are asked for at once. It prints each number whose commit is done, and the code of what it fails with.
 */
import { writeSync } from 'node:fs'
import { type MillraceError, systemClock } from '#base'
import { entryOf, openStore, type RecordKind, writeOf } from '#store'

const [folder = '', count = ''] = process.argv.slice(2)
const half: RecordKind<number> = { name: 'half', keepsVersions: true }

// At once and not by a stream: what is said must have been said when the process is killed.
const say = (line: string): void => void writeSync(1, `${line}\n`)

const store = await openStore('', folder, systemClock)
const first = await store.read(half, { workspace: 'w', id: 'left' })
for (let next = (first?.value ?? 0) + 1; next <= Number(count); ) {
  const numbers = Array.from({ length: 1 + (next % 5) }, () => next++)
  const commits = numbers.map(async (number) => {
    const writes = ['left', 'right'].map((id) => writeOf(half, { workspace: 'w', id }, number, null))
    await store.commit({ writes, entries: [entryOf({ name: 'number' }, 'w', 's', { number, text: 'x'.repeat(number % 3000) })], by: 'p' })
    say(`${number}`)
  })
  try {
    await Promise.all(commits)
  } catch (error) {
    say((error as MillraceError).code)
    break
  }
}
await store.close()
