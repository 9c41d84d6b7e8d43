/** Prints every row, as Flink's print sink does: `+I[1, a]`, with the identifier before it where there is one: `id> +I[1, a]`. */
import type { Writable } from 'node:stream'
import type { Connector } from '../connector.ts'
import { option, tableOptions } from '../options.ts'
import { PrintWriter } from './writer.ts'

const options = [
  option('print-identifier', 'text', null, 'Stands before every row, with "> " after it.'),
  option('standard-error', 'boolean', 'false', 'Whether to print to the standard error.'),
  option('sink.parallelism', 'integer', null, 'Has no effect: one writer prints.'),
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
        repeats: 'what was printed since the last checkpoint is printed again after a crash',
        open: async (request) => {
          const stream = isError ? streams().error : streams().output
          const name = isError ? 'standard error' : 'standard output'
          const isTerminal = 'isTTY' in stream && stream.isTTY === true
          const prefix = identifier === '' ? '' : `${identifier}> `
          return new PrintWriter({ stream, name, table: table.name, prefix, isTerminal }, request)
        },
      }
    },
  }
}

export const printConnector: Connector = createPrintConnector(() => ({ output: process.stdout, error: process.stderr }))
