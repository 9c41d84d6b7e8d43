/** All formats, one line each. */
import { closeNames } from '#base'
import { csvFormat } from './csv/format.ts'
import { formatErrors } from './errors.ts'
import type { Format } from './format.ts'
import { jsonFormat } from './json/format.ts'
import { parquetFormat } from './parquet/format.ts'
import { rawFormat } from './raw/format.ts'

export const formats: readonly Format[] = [csvFormat, jsonFormat, parquetFormat, rawFormat]

/** The format of a name; an error that names the close ones when there is none. */
export function formatNamed(name: string): Format {
  const format = formats.find((candidate) => candidate.name === name)
  if (format !== undefined) return format
  const names = formats.map((candidate) => candidate.name)
  const [nearest] = closeNames(name, names, 1)
  throw formatErrors.FORMATS_FORMAT_NOT_FOUND(
    { name },
    { detail: `The formats are ${names.join(', ')}.`, hint: nearest === undefined ? undefined : `Use "${nearest}".` },
  )
}
