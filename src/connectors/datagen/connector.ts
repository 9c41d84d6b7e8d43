/** Makes up rows: random values or sequences, by the options of each field. */
import { assert } from '#base'
import { timeZone } from '#data'
import type { Connector, ConnectorTable, ReadRequest, Source } from '../connector.ts'
import { tableOptions } from '../options.ts'
import { datagenErrors } from './errors.ts'
import { fieldOf } from './field.ts'
import { FieldOptions } from './field-options.ts'
import { datagenOptions } from './options.ts'
import { Pace } from './pace.ts'
import { PlaceRandom } from './random.ts'
import { DatagenReader } from './reader.ts'

export const datagenConnector: Connector = {
  name: 'datagen',
  options: datagenOptions,
  source: datagenSource,
  sink: null,
}

function datagenSource(table: ConnectorTable): Source {
  const options = tableOptions(table, datagenOptions)
  const count = (key: string, otherwise: number) => {
    const value = options.number(key) ?? otherwise
    if (value >= 0) return value
    throw datagenErrors.CONNECTORS_DATAGEN_VALUE_MISMATCH({ key, table: table.name, expected: 'a number from 0 on', actual: value })
  }
  const fieldOptions = new FieldOptions(table, options)
  const fields = new Map(table.schema.map(({ name, type }) => [name, fieldOf(name, type, fieldOptions)]))
  fieldOptions.checkAllTaken()
  const rowsPerSecond = count('rows-per-second', 0)
  const rows = Math.min(count('number-of-rows', Number.POSITIVE_INFINITY), ...Array.from(fields.values(), (field) => field.rows))
  const seed = options.number('seed') ?? 0
  const open = async (request: ReadRequest) => {
    const columns = request.columns.map(({ key, type }) => {
      const field = fields.get(key)
      assert(field !== undefined, 'a wanted column is one of the table')
      return { type, make: field.make, random: new PlaceRandom(seed, key) }
    })
    const pace = new Pace(table.clock, rowsPerSecond)
    const made = { columns, rows, pace, clock: table.clock, zone: timeZone(table.timeZone), signal: request.signal }
    return new DatagenReader(made, request.position)
  }
  return {
    bounded: rows !== Number.POSITIVE_INFINITY,
    metadata: [],
    countRows: () => Promise.resolve(Number.isFinite(rows) ? rows : null),
    open,
  }
}
