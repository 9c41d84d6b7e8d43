/** Values of columns as Redis keeps them: texts in the spelling of SQL, and bytes as they are. */
import { type DataType, printType } from '#data'
import { parsePlainText, plainTextPrinter } from '#formats'
import { redisErrors } from './errors.ts'

/** Makes the function that writes values of a column, NULL aside; an error where the type has no text. */
export function valuePrinter(
  column: { readonly name: string; readonly type: DataType },
  structure: string,
): (value: unknown) => string | Buffer {
  if (isBytes(column.type)) return (value) => Buffer.from(value as Uint8Array)
  const print = plainTextPrinter(column.type)
  if (print !== null) return print
  throw redisErrors.CONNECTORS_REDIS_COLUMN_UNSUPPORTED(
    { column: column.name, type: printType(column.type), structure },
    { hint: "Keep whole rows in strings, streams or lists, with a 'value.format'." },
  )
}

/** Makes the function that reads values of a column; it gives undefined where bytes are no value of the type. */
export function valueParser(column: { readonly name: string; readonly type: DataType }, structure: string): (bytes: Buffer) => unknown {
  valuePrinter(column, structure)
  const { type } = column
  if (isBytes(type)) return (bytes) => new Uint8Array(bytes)
  return (bytes) => parsePlainText(type, bytes.toString('utf8'))
}

function isBytes(type: DataType): boolean {
  return type.kind === 'binary' || type.kind === 'varbinary'
}
