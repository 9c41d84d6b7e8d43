/** Tables that are written to an embedded topic. */
import path from 'node:path'
import { openTopics, type Topics } from '#topics'
import type { ConnectorTable, DurableWork, Sink } from '../connector.ts'
import { MessageTable } from '../message-table.ts'
import { settingsOf, topicTableOptions } from './options.ts'
import { WrittenMetadata } from './record-columns.ts'
import { type TopicCommit, TopicWriter } from './writer.ts'

export function topicSink(table: ConnectorTable): Sink {
  const options = topicTableOptions(table)
  const isUpsert = options.text('changelog') === 'upsert'
  const messages = new MessageTable(table, options, { mode: isUpsert ? 'upsert' : 'append', metadata: [], topic: options.text('topic') })
  const guarantee = options.text('sink.delivery-guarantee') ?? ''
  const isTransactional = guarantee === 'exactly-once'
  const changes = { append: 'append', upsert: 'upsert', all: 'all' } as const
  return {
    takes: changes[messages.changes],
    isShareable: options.number('sink.parallelism') !== 1,
    isOrdered: messages.key !== null,
    ...(isTransactional
      ? {}
      : { repeats: `rows are written before their checkpoint is complete, with 'sink.delivery-guarantee' = '${guarantee}'` }),
    open: async (request) => {
      const topics = await openTopics(path.resolve(options.text('path') ?? ''))
      try {
        const { durable } = request
        const topic = await topics.topic(options.text('topic') ?? '', settingsOf(options))
        const metadata = new WrittenMetadata(table, request.schema)
        const owner = durable === undefined ? null : ownerOf(durable.name, durable.writer?.index ?? 0)
        const plan = {
          topics,
          topic,
          messages,
          metadata,
          clock: table.clock,
          partitioner: options.text('sink.partitioner') ?? 'default',
          writer: durable?.writer?.index ?? 0,
          isTransactional,
          owner,
        }
        const writer = new TopicWriter(plan, request)
        if (durable !== undefined) await takeOver(durable, topics, writer)
        return writer
      } catch (error) {
        topics.close()
        throw error
      }
    },
  }
}

/** Who transactions of a writer belong to. */
function ownerOf(name: string, index: number): string {
  return `${name}@${index}`
}

/** Commits what the life before had prepared, and gives up what else there is of it. The first writer does so for those that are no more, too. */
async function takeOver({ name, record, writer: which, left = [] }: DurableWork, topics: Topics, writer: TopicWriter): Promise<void> {
  const records = [record, ...left].filter((each) => each !== null) as TopicCommit[]
  for (const each of records) await writer.commit(each)
  const { index, count } = which ?? { index: 0, count: 1 }
  const isGone = (owner: string): boolean => owner.startsWith(`${name}@`) && Number(owner.slice(name.length + 1)) >= count
  await topics.abandon((owner) => owner === ownerOf(name, index) || (index === 0 && isGone(owner)))
}
