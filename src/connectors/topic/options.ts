/** The options of the connector `topic`: those of Flink's `kafka` by the same names, and those of a topic that no server keeps. */
import type { Option, Options } from '#formats'
import type { TopicSettings } from '#topics'
import type { ConnectorTable } from '../connector.ts'
import { messageOptions } from '../message-options.ts'
import { option, requiredOption, tableOptions } from '../options.ts'

const modes = ['earliest-offset', 'latest-offset', 'group-offsets', 'timestamp', 'specific-offsets']

export const topicOptions: readonly Option[] = [
  requiredOption('path', 'text', 'The folder that holds topics; transactions span all topics of one folder.'),
  requiredOption('topic', 'text', 'The name of the topic, which is made when it is used first.'),
  option('partitions', 'integer', '1', 'How many partitions a topic that is made gets; one that is there gets more where it has fewer.'),
  option(
    'changelog',
    { oneOf: ['append', 'upsert'] },
    'append',
    "With upsert records are changes by PRIMARY KEY, as Flink's upsert-kafka has them.",
  ),
  option('group.id', 'text', null, 'The group whose offsets are noted when a checkpoint is complete.'),
  option('scan.startup.mode', { oneOf: modes }, 'earliest-offset', 'Where reading begins.'),
  option('scan.startup.specific-offsets', 'text', null, 'With specific-offsets: partition:0,offset:42;partition:1,offset:300.'),
  option('scan.startup.timestamp-millis', 'integer', null, 'With timestamp: reading begins at the first record of this time or later.'),
  option(
    'scan.bounded.mode',
    { oneOf: ['unbounded', ...modes.slice(1)] },
    'unbounded',
    'Where reading ends. A durable run that goes on keeps the end that it has found.',
  ),
  option('scan.bounded.specific-offsets', 'text', null, 'With specific-offsets: partition:0,offset:42;partition:1,offset:300.'),
  option('scan.bounded.timestamp-millis', 'integer', null, 'With timestamp: reading ends at the first record of this time or later.'),
  option('scan.topic-partition-discovery.interval', 'duration', '1 s', 'How often new partitions are looked for; 0 s: never.'),
  option('retention.time', 'duration', null, 'Records older than this are removed, a whole segment at a time.'),
  option('retention.size', 'memory', null, 'The oldest segments of a partition are removed while at least so much is left.'),
  option('segment.size', 'memory', '128 mb', 'A file of this size is followed by another one.'),
  option(
    'sink.delivery-guarantee',
    { oneOf: ['none', 'at-least-once', 'exactly-once'] },
    'exactly-once',
    'With exactly-once rows are visible once their checkpoint is complete; else at once, and may be there twice after a crash.',
  ),
  option('sink.partitioner', { oneOf: ['default', 'fixed', 'round-robin'] }, 'default', 'Which partition a row goes to that has no key.'),
  option('sink.parallelism', 'integer', null, 'With 1 one writer writes all rows; else each worker of the run writes its own.'),
]

/** Checks the options of a table, those of its formats included. */
export function topicTableOptions(table: ConnectorTable): Options {
  return tableOptions(table, [...topicOptions, ...messageOptions(table.options)])
}

/** What the clause says of the topic itself. A setting that it leaves out stays as it is. */
export function settingsOf(options: Options): Partial<TopicSettings> {
  const given = (key: string): number | undefined => (options.isGiven(key) ? options.number(key) : undefined)
  const segmentBytes = given('segment.size')
  const retentionMs = given('retention.time')
  const retentionBytes = given('retention.size')
  return {
    partitions: options.number('partitions') ?? 1,
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
    ...(retentionMs === undefined ? {} : { retentionMs }),
    ...(retentionBytes === undefined ? {} : { retentionBytes }),
  }
}
