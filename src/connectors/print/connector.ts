/** Prints every row, as Flink's print sink does: `+I[1, a]`, with the identifier before it where there is one: `id> +I[1, a]`. */
import type { Writable } from 'node:stream'
import type { Connector, ConnectorOption } from '../connector.ts'
import { tableOptions } from '../options.ts'
import { PrintWriter } from './writer.ts'

const options: readonly ConnectorOption[] = [
  { key: 'print-identifier', type: 'text', required: false, default: null, description: 'Stands before every row, with "> " after it.' },
  { key: 'standard-error', type: 'boolean', required: false, default: 'false', description: 'Whether to print to the standard error.' },
  { key: 'sink.parallelism', type: 'integer', required: false, default: null, description: 'Has no effect: one writer prints.' },
]

/** Where rows are printed to. */
export interface PrintStreams {
  readonly output: Writable
  readonly error: Writable
}

export function createPrintConnector(streams: () => PrintStreams): Connector {
  return {
    name: 'print',
    options,
    source: null,
    sink: (table) => {
      const checked = tableOptions(table, options)
      const identifier = checked.text('print-identifier') ?? ''
      const isError = checked.flag('standard-error')
      return {
        takes: 'all',
        open: async (request) => {
          const stream = isError ? streams().error : streams().output
          const name = isError ? 'standard error' : 'standard output'
          return new PrintWriter({ stream, name, table: table.name, prefix: identifier === '' ? '' : `${identifier}> ` }, request)
        },
      }
    },
  }
}

export const printConnector: Connector = createPrintConnector(() => ({ output: process.stdout, error: process.stderr }))
