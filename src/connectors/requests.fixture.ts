/** What requests to connectors hold besides columns, where a test does not care. */
import { systemClock } from '#base'
import type { ReadRequest, WriteRequest } from './connector.ts'
import { ConnectorMeter } from './connector-meter.ts'

export const unwatchedRead: Pick<ReadRequest, 'meter' | 'hasDeadLetters' | 'work'> = {
  meter: new ConnectorMeter(systemClock),
  hasDeadLetters: false,
  work: null,
}

export const unwatchedWrite: Pick<WriteRequest, 'meter' | 'deadLetters'> = {
  meter: new ConnectorMeter(systemClock),
  deadLetters: null,
}
