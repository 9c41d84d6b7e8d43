/** The options of the connector: Flink's, and `seed`, which is ours. */
import type { Option } from '#formats'
import { option } from '../options.ts'

export const datagenOptions: readonly Option[] = [
  option('rows-per-second', 'integer', '10000', 'Rows per second at most; 0 means as many as are taken.'),
  option('number-of-rows', 'integer', null, 'Rows in all; without it and without sequences they never end.'),
  option(
    'seed',
    'integer',
    '0',
    'Equal seeds give equal rows, but for dates and times, which follow the clock. Flink draws a new one on each run.',
  ),
  option('scan.parallelism', 'integer', null, 'Has no effect: one reader makes all rows.'),
  option('fields.#.kind', { oneOf: ['random', 'sequence'] }, 'random', 'Whether values are drawn or counted.'),
  option(
    'fields.#.min',
    'text',
    null,
    'Least value drawn; by default the least of the type, or 0 for FLOAT, DOUBLE, DECIMAL and INTERVAL.',
  ),
  option('fields.#.max', 'text', null, 'Greatest value drawn; by default the greatest of the type.'),
  option('fields.#.max-past', 'duration', '0 ms', 'How far back from now time stamps may lie.'),
  option('fields.#.length', 'integer', '100', 'Length of texts and bytes; elements of collections, 3 by default.'),
  option('fields.#.var-len', 'boolean', 'false', 'Whether texts and bytes have any length from 1 up to that.'),
  option('fields.#.start', 'integer', null, 'First value of a sequence.'),
  option('fields.#.end', 'integer', null, 'Last value of a sequence: the rows end with the first sequence that ends.'),
  option('fields.#.null-rate', 'double', '0', 'Share of values that are NULL, from 0 to 1.'),
]
