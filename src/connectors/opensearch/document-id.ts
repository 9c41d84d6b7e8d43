/**
 * Ids of documents that are made of the primary key. The columns are joined by a delimiter; where one of several values holds the first
 * mark of the delimiter or a %, it is written as %5F is in addresses. So no two keys have the same id.
 */
import { type Batch, columnIndex, printType, type Schema, valueAt } from '#data'
import { plainTextPrinter } from '#formats'
import { openSearchErrors } from './errors.ts'
import { mismatch, type OpenSearchSettings } from './options.ts'

/** The server refuses longer ones, and all that came with them. */
const idBytesMax = 512

export type DocumentId = { readonly id: string } | { readonly id: string; readonly refusal: string }

export type IdPrinter = (batch: Batch, row: number) => DocumentId

/** What prints ids for rows with these columns; null for a table without a primary key. */
export function idPrinter({ table, options }: OpenSearchSettings, schema: Schema): IdPrinter | null {
  if (table.primaryKey.length === 0) return null
  const names = table.schema.flatMap(({ name }) => (table.primaryKey.includes(name) ? [name] : []))
  const parts = names.map((name) => {
    const place = columnIndex(schema, name)
    const type = (schema[place] as Schema[number]).type
    const print = type.kind === 'float' || type.kind === 'double' ? null : plainTextPrinter(type)
    if (print === null)
      throw openSearchErrors.CONNECTORS_OPENSEARCH_KEY_UNSUPPORTED({ column: name, type: printType(type), table: table.name })
    return { place, type, print }
  })
  const delimiter = options.text('document-id.key-delimiter') ?? '_'
  const mark = /[^\p{L}\p{N}%]/u.exec(delimiter)?.[0]
  if (parts.length > 1 && mark === undefined)
    throw mismatch(
      table,
      'document-id.key-delimiter',
      'It has no mark by which it could be told from values.',
      'Use a character such as _ or $.',
    )
  const escaped = parts.length > 1 ? new RegExp(`[%\\u{${((mark ?? '_').codePointAt(0) ?? 0).toString(16)}}]`, 'gu') : null
  return (batch, row) => {
    const texts: string[] = []
    for (const { place, type, print } of parts) {
      const vector = batch.columns[place]
      const value = vector === undefined ? null : valueAt(vector, row, type)
      if (value === null) return { id: '', refusal: 'A column of its primary key is NULL.' }
      const text = print(value)
      texts.push(escaped === null ? text : text.replace(escaped, encodedByte))
    }
    return checkedId(texts.join(delimiter))
  }
}

function checkedId(id: string): DocumentId {
  if (id === '') return { id, refusal: 'Its id would be empty.' }
  const bytes = Buffer.byteLength(id)
  return bytes > idBytesMax ? { id, refusal: `Its id has ${bytes} bytes, and ${idBytesMax} are the most.` } : { id }
}

function encodedByte(character: string): string {
  return Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}
