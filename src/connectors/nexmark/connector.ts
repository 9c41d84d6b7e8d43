/**
 * The Nexmark benchmark's generator of an auction site: persons, auctions and bids, event for event those of the Java source.
 *
 * Besides its columns the source can be asked for single fields, by path: `bid.price`. A field is NULL in rows of another kind. Texts
 * that nobody asks for are not built, and a condition on `event_type` or on a field leaves out the other kinds at once.
 */
import { type DataType, printType, type RowField, sameType } from '#data'
import type { Connector, ConnectorTable, Source } from '../connector.ts'
import { nexmarkErrors } from './errors.ts'
import { eventColumns } from './fields.ts'
import { nexmarkOptions, nexmarkSettings } from './options.ts'
import { NexmarkReader } from './reader.ts'
import { divideEvents, type NexmarkPosition } from './shares.ts'
import { Texts } from './text.ts'

export const nexmarkConnector: Connector = {
  name: 'nexmark',
  options: nexmarkOptions,
  source: nexmarkSource,
  sink: null,
}

function nexmarkSource(table: ConnectorTable): Source {
  const settings = nexmarkSettings(table)
  checkColumns(table)
  const texts = new Texts(settings.extraSeed, settings.channelSeed)
  return {
    bounded: settings.eventsMax !== Number.POSITIVE_INFINITY && !settings.keepsAlive,
    metadata: [],
    readsFields: true,
    countRows: () => Promise.resolve(Number.isFinite(settings.eventsMax) ? settings.eventsMax : null),
    divide: (readers, positions) => Promise.resolve(divideEvents(readers, (positions ?? []) as NexmarkPosition[])),
    open: async (request) => new NexmarkReader(settings, texts, table.clock, request),
  }
}

function checkColumns(table: ConnectorTable): void {
  for (const { name, type } of table.schema) {
    const expected = Object.hasOwn(eventColumns, name) ? eventColumns[name] : undefined
    if (expected === undefined) throw nexmarkErrors.CONNECTORS_NEXMARK_COLUMN_NOT_FOUND({ column: name, table: table.name })
    checkType(table, name, type, expected)
  }
}

/** Rows may leave fields out, and texts have any length, as in the table definitions of the benchmark. */
function checkType(table: ConnectorTable, column: string, actual: DataType, expected: DataType): void {
  if (actual.kind === 'row' && expected.kind === 'row' && isSubset(actual.fields, expected.fields)) {
    for (const field of actual.fields) {
      const match = expected.fields.find(({ name }) => name === field.name)
      if (match !== undefined) checkType(table, `${column}.${field.name}`, field.type, match.type)
    }
    return
  }
  if ((actual.kind === 'varchar' && expected.kind === 'varchar') || sameType(actual, expected, true)) return
  throw nexmarkErrors.CONNECTORS_NEXMARK_COLUMN_MISMATCH({
    column,
    table: table.name,
    expected: printType(expected),
    actual: printType(actual),
  })
}

function isSubset(fields: readonly RowField[], all: readonly RowField[]): boolean {
  return fields.length > 0 && fields.every(({ name }) => all.some((other) => other.name === name))
}
