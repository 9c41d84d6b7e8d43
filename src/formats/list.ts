/** All formats, one line each. A format is loaded when a table of it is first used. */
import { assert, closeNames } from '#base'
import { formatErrors } from './errors.ts'
import type { Format } from './format.ts'

const loaders: Readonly<Record<string, () => Promise<Format>>> = {
  avro: async () => (await import('./avro/format.ts')).avroFormat,
  'avro-confluent': async () => (await import('./avro/confluent-format.ts')).confluentFormat,
  'canal-json': async () => (await import('./canal-json/format.ts')).canalJsonFormat,
  csv: async () => (await import('./csv/format.ts')).csvFormat,
  'debezium-json': async () => (await import('./debezium-json/format.ts')).debeziumJsonFormat,
  json: async () => (await import('./json/format.ts')).jsonFormat,
  'maxwell-json': async () => (await import('./maxwell-json/format.ts')).maxwellJsonFormat,
  'ogg-json': async () => (await import('./ogg-json/format.ts')).oggJsonFormat,
  parquet: async () => (await import('./parquet/format.ts')).parquetFormat,
  protobuf: async () => (await import('./protobuf/format.ts')).protobufFormat,
  raw: async () => (await import('./raw/format.ts')).rawFormat,
}

export const formatNames: readonly string[] = Object.keys(loaders)

const loaded = new Map<string, Format>()

/** Loads the format of a name, where there is one; `formatNamed` says what is wrong with a name. */
export async function loadFormat(name: string): Promise<void> {
  const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined
  if (load !== undefined && !loaded.has(name)) loaded.set(name, await load())
}

/** The format of a name, which was loaded before; an error that names the close ones when there is none. */
export function formatNamed(name: string): Format {
  const format = loaded.get(name)
  if (format !== undefined) return format
  assert(!formatNames.includes(name), `format ${name} is loaded before it is used`)
  const [nearest] = closeNames(name, formatNames, 1)
  throw formatErrors.FORMATS_FORMAT_NOT_FOUND(
    { name },
    { detail: `The formats are ${formatNames.join(', ')}.`, hint: nearest === undefined ? undefined : `Use "${nearest}".` },
  )
}
