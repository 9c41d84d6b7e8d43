/** Other ways to use a table of messages: to the end that is there now, from the beginning on, and to send messages back as they came. */
import type { ConnectorTable, TableWays } from './connector.ts'

type Clause = ConnectorTable['options']

/** How messages are written as the bytes that they are. */
const bytes: Clause = {
  'key.format': 'raw',
  'key.fields': 'message_key',
  'value.format': 'raw',
  'value.fields-include': 'EXCEPT_KEY',
}

/** `reading`: the options by which a table is read from its beginning; `place`: those that say where its messages are, and how they are sent. */
export function messageWays(reading: Clause, place: Clause): TableWays {
  return { untilNow: { ...reading, 'scan.bounded.mode': 'latest-offset' }, onwards: reading, sendBack: { ...place, ...bytes } }
}

/** The options of a clause whose keys are wanted. */
export function partOfClause(clause: Clause, isWanted: (key: string) => boolean): Clause {
  return Object.fromEntries(Object.entries(clause).filter(([key]) => isWanted(key)))
}
