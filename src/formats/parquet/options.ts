/** The options of the format, by Flink's names; what Flink leaves to Parquet's own configuration has Parquet's name. */
import { type Option, type Options, optionsOf } from '../options.ts'
import type { Codec } from './metadata.ts'
import { pageBytesMax } from './page-values.ts'
import type { TimeUnit } from './schema-element.ts'

const writtenCodecs = ['SNAPPY', 'ZSTD', 'GZIP', 'BROTLI', 'UNCOMPRESSED'] as const satisfies readonly Codec[]
export type WrittenCodec = (typeof writtenCodecs)[number]
const timeUnits = ['millis', 'micros', 'nanos'] as const satisfies readonly TimeUnit[]

const option = optionsOf('parquet')

export const parquetOptions: readonly Option[] = [
  option('utc-timezone', 'boolean', 'false', 'Whether wall clocks of files that hold instants are those of UTC, not of the session.'),
  option('compression', { oneOf: writtenCodecs }, 'SNAPPY', 'How pages are compressed when written. Files in any codec but LZO are read.'),
  option(
    'write.int64.timestamp',
    'boolean',
    'true',
    'Whether time stamps are written as INT64, not as the outdated INT96 (which Flink prefers).',
  ),
  option('timestamp.time.unit', { oneOf: timeUnits }, null, 'Unit of INT64 time stamps; by default the one that their precision needs.'),
  option('block.size', 'memory', '32 mb', 'Bytes that a row group may take in memory before it is written.'),
  option('page.size', 'memory', '1 mb', 'Bytes that the values of a page may take before they are compressed.'),
  option('enable.dictionary', 'boolean', 'true', 'Whether values that repeat are written once and then referred to.'),
]

export interface WriteSettings {
  readonly codec: WrittenCodec
  readonly zone: 'utc' | 'session'
  readonly int64Timestamps: boolean
  readonly timeUnit: TimeUnit | null
  readonly groupBytes: number
  readonly pageBytes: number
  readonly dictionaries: boolean
}

const sizeMin = 1024
const sizeMax = 1 << 30

export function writeSettings(options: Options): WriteSettings {
  const size = (key: string) => Math.min(sizeMax, Math.max(sizeMin, options.number(key) ?? sizeMax))
  return {
    codec: writtenCodecs.find((codec) => codec === options.text('parquet.compression')) ?? 'SNAPPY',
    zone: options.flag('parquet.utc-timezone') ? 'utc' : 'session',
    int64Timestamps: options.flag('parquet.write.int64.timestamp'),
    timeUnit: timeUnits.find((unit) => unit === options.text('parquet.timestamp.time.unit')) ?? null,
    groupBytes: size('parquet.block.size'),
    // A page is only closed after a row, and must not grow beyond what can be read again.
    pageBytes: Math.min(pageBytesMax / 2, size('parquet.page.size')),
    dictionaries: options.flag('parquet.enable.dictionary'),
  }
}
