/** Tables that are read from an embedded topic. */
import path from 'node:path'
import { openTopics, type Topic, type Topics } from '#topics'
import type { ConnectorTable, Source } from '../connector.ts'
import { MessageTable } from '../message-table.ts'
import { settingsOf, topicTableOptions } from './options.ts'
import { continuedPosition, dividePosition, firstPosition, type TopicPosition } from './position.ts'
import { TopicReader } from './reader.ts'
import { recordMetadata } from './record-columns.ts'
import { scanBounds } from './scan-bounds.ts'

export function topicSource(table: ConnectorTable): Source {
  const options = topicTableOptions(table)
  const mode = options.text('changelog') === 'upsert' ? 'upsert' : 'append'
  const messages = new MessageTable(table, options, { mode, metadata: recordMetadata, topic: options.text('topic') })
  const bounds = scanBounds(options, table.name)
  const open = async (): Promise<{ topics: Topics; topic: Topic }> => {
    const topics = await openTopics(path.resolve(options.text('path') ?? ''))
    try {
      return { topics, topic: await topics.topic(options.text('topic') ?? '', settingsOf(options)) }
    } catch (error) {
      topics.close()
      throw error
    }
  }
  return {
    bounded: bounds.end !== null,
    metadata: messages.metadata,
    changes: messages.changes,
    divide: async (readers, positions) => {
      const left = (positions ?? []).filter((each) => each !== null) as TopicPosition[]
      if (positions !== null) return dividePosition(left, readers)
      const { topics, topic } = await open()
      try {
        return dividePosition([await firstPosition(topic, bounds)], readers)
      } finally {
        topics.close()
      }
    },
    open: async (request) => {
      const { topics, topic } = await open()
      try {
        const plan = {
          topics,
          topic,
          messages,
          nowMs: () => table.clock.monotonicMs(),
          discoverEveryMs: options.number('scan.topic-partition-discovery.interval') || Number.POSITIVE_INFINITY,
          group: options.text('group.id') ?? null,
        }
        const before = request.position as TopicPosition | undefined
        const position = before === undefined ? await firstPosition(topic, bounds) : await continuedPosition(topic, before, bounds)
        return new TopicReader(plan, request, position)
      } catch (error) {
        topics.close()
        throw error
      }
    },
  }
}
