/** The options of the format, by Flink's names. */
import type { Option } from '../options.ts'

function option(key: string, type: Option['type'], fallback: string | null, description: string): Option {
  return { key: `parquet.${key}`, type, required: false, default: fallback, description }
}

export const parquetOptions: readonly Option[] = [
  option('utc-timezone', 'boolean', 'false', 'Whether wall clocks of files that hold instants are those of UTC, not of the session.'),
]
