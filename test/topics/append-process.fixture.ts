/**
 * A process that appends numbers to topics until it is killed: `<folder> <name> <append | transactions>`. Its numbers have no gaps: it
 * begins with what it finds of its own. After each piece that is safe it prints the number that comes next.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type NewRecord, openTopics, recordsOf, type Topic, type Topics } from '#topics'

const [folder = '', name = '', mode = ''] = process.argv.slice(2)
const checkpoint = path.join(folder, `${name}.checkpoint`)

/** The number after those that are there. */
async function nextOf(topics: Topics, topic: Topic): Promise<number> {
  await topics.finish()
  let next = 0
  for await (const batch of topic.follow({ from: 'earliest', isBounded: true }))
    for (const { value } of recordsOf(batch)) {
      const [owner, number] = String(value).split(' ')
      if (owner === name) next = Math.max(next, Number(number) + 1)
    }
  return next
}

const records = (from: number, count: number): NewRecord[] =>
  Array.from({ length: count }, (_, i) => ({ key: `${(from + i) % 5}`, value: `${name} ${from + i} ${'x'.repeat((from + i) % 90)}` }))

async function append(topics: Topics, topic: Topic): Promise<void> {
  for (let next = await nextOf(topics, topic); ; ) {
    const count = 1 + (next % 7)
    // One key, and with it one partition: what was refused is refused as a whole.
    await topic.append(records(next, count).map((record) => ({ ...record, key: name })))
    next += count
    console.log(next)
  }
}

/** Notes the id of what is prepared before it commits it, as runs do. */
async function transact(topics: Topics, topic: Topic, other: Topic): Promise<void> {
  const before = existsSync(checkpoint)
    ? (JSON.parse(readFileSync(checkpoint, 'utf8')) as { id: string; next: number })
    : { id: '', next: 0 }
  if (before.id !== '') await topics.commit(before.id)
  await topics.abandon((owner) => owner === name)
  for (let { next } = before; ; ) {
    const transaction = topics.begin(name)
    const count = 1 + (next % 300)
    await transaction.append(topic, records(next, count))
    await transaction.append(other, records(next, count))
    next += count
    await transaction.prepare()
    writeFileSync(`${checkpoint}.new`, JSON.stringify({ id: transaction.id, next }))
    renameSync(`${checkpoint}.new`, checkpoint)
    await transaction.commit()
    console.log(next)
  }
}

const topics = await openTopics(folder)
const settings = { partitions: 3, segmentBytes: 65_536 }
const [topic, other] = [await topics.topic('numbers', settings), await topics.topic('other', settings)]
await (mode === 'append' ? append(topics, topic) : transact(topics, topic, other))
