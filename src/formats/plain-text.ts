/** Values as plain text and back, in Flink's SQL spelling: for names of directories and other small places. */
import type { DataType } from '#data'
import { ByteWriter } from './byte-writer.ts'
import { valueWriter } from './cell-writer.ts'
import { sqlTime, textReader, unreadable } from './text-value.ts'

/** The boxed value of a text; undefined when it is no value of the type, or the type has no text. */
export function parsePlainText(type: DataType, text: string): unknown {
  const read = textReader(type, sqlTime)
  const bytes = new TextEncoder().encode(text)
  const value = read === null ? unreadable : read(bytes, 0, bytes.length)
  return value === unreadable ? undefined : value
}

/** Makes the function that writes boxed values of a type, NULL excepted; null when the type has no text. */
export function plainTextPrinter(type: DataType): ((value: unknown) => string) | null {
  if (type.kind === 'char' || type.kind === 'varchar') return String
  const write = valueWriter(type, { separator: 32, zone: 'local', scientific: false })
  if (write === null) return null
  const out = new ByteWriter(64)
  return (value) => {
    out.length = 0
    write(value, out)
    return new TextDecoder().decode(out.data.subarray(0, out.length))
  }
}
