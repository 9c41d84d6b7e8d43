/** Everything that can go wrong with tables over embedded topics, besides what topics say themselves. */
import { defineErrors, MillraceError } from '#base'
import type { FailureKind } from '../failure.ts'

export const topicTableErrors = defineErrors({
  CONNECTORS_TOPIC_OPTION_MISSING: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" is missing',
    detail: 'It belongs to {because}.',
  },
  CONNECTORS_TOPIC_OFFSETS_MISMATCH: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" does not name offsets of partitions',
    hint: "Write 'partition:0,offset:42;partition:1,offset:300'.",
  },
  CONNECTORS_TOPIC_METADATA_READ_ONLY: {
    blame: 'user',
    message: 'metadata "{key}" of table "{table}" cannot be written',
    hint: 'Declare column "{column}" as VIRTUAL; timestamp and headers can be written.',
  },
  CONNECTORS_TOPIC_METADATA_TYPE_MISMATCH: {
    blame: 'user',
    message: 'column "{column}" of table "{table}" is {type}, expected {expected}',
    detail: 'It holds metadata "{key}" of records.',
  },
})

/** What can be done about a failure: a disk that is full gets room again. */
export function topicFailureKind(error: unknown): FailureKind {
  if (!(error instanceof MillraceError)) return 'unknown'
  switch (error.code) {
    case 'TOPICS_DISK_FULL':
    case 'TOPICS_LOCKED':
      return 'busy'
    case 'TOPICS_OFFSET_GONE':
    case 'TOPICS_OFFSET_BEYOND_END':
    case 'TOPICS_TRANSACTION_LOST':
      return 'gone'
    case 'TOPICS_FILE_DAMAGED':
      return 'data'
    default:
      return error.code.startsWith('TOPICS_') && error.blame === 'user' ? 'refused' : 'unknown'
  }
}

/** For the status of a run that waits. */
export function describeTopicFailure(error: unknown): string {
  return error instanceof MillraceError ? error.message : 'a topic could not be used'
}
