/**
 * Topics without a server, by program: orders go to one topic, and their totals to another one, exactly once however often the program
 * ends and begins. In a checkout:
 *
 *     node --conditions=source examples/topics.ts
 */
import { openTopics, recordsOf } from '#topics'

const topics = await openTopics('out/program-topics')
const orders = await topics.topic('orders', { partitions: 3, retentionMs: 7 * 24 * 3_600_000 })
const totals = await topics.topic('totals', {})

// Safe on the disk once the promise is kept. Orders of one customer keep their order.
await orders.append([
  { key: 'ann', value: JSON.stringify({ customer: 'ann', amount: 20 }) },
  { key: 'ben', value: JSON.stringify({ customer: 'ben', amount: 5.5 }) },
  { key: 'ann', value: JSON.stringify({ customer: 'ann', amount: 1.25 }) },
])

// What the group has not read yet. Without `isBounded` this waits for what comes.
const sums = new Map<string, number>()
const read: Record<number, number> = {}
for await (const batch of orders.follow({ from: { group: 'totals' }, isBounded: true })) {
  for (const { value } of recordsOf(batch)) {
    const { customer, amount } = JSON.parse(String(value)) as { customer: string; amount: number }
    sums.set(customer, (sums.get(customer) ?? 0) + amount)
  }
  read[batch.partition] = batch.offset + batch.length
}

// The totals, and how far the orders are read, become visible together or not at all.
const transaction = topics.begin()
await transaction.append(
  totals,
  [...sums].map(([customer, total]) => ({ key: customer, value: JSON.stringify({ customer, total }) })),
)
transaction.addOffsets('totals', 'orders', read)
await transaction.commit()

for await (const batch of totals.follow({ from: 'earliest', isBounded: true }))
  for (const { offset, value } of recordsOf(batch)) console.log(offset, String(value))
topics.close()
