/**
 * Writes the source of a function that writes a row as a JSON object: text in bytes, integers and doubles in code of their own, everything
 * else by the writer of its column. Nothing of a user's text is in the source: keys are bytes in slots, and only the count of columns, the
 * kinds of their types and the lengths of their keys shape it.
 */
import type { DataType } from '#data'
import { casesMax, stringStopIn } from './generate.ts'
import { openKind } from './open-cells.ts'

/** The longest spelling of an integer or a double, and the comma, the quotes and the braces around. */
const valueBytesMax = 32

/** A column as the source needs it. */
export interface WrittenField {
  readonly type: DataType
  /** Bytes of the key with its comma, quotes and colon, of which four at a time are written. */
  readonly keyBytes: number
}

/**
 * The body of a function of `slots` (words, the keys one after another, each filled up to whole words; writeEscaped; and writeField, which
 * writes a field in any case) that returns `write(row, cells, out)`.
 */
export function rowWriterSource(fields: readonly WrittenField[], keepsNull: boolean): string {
  const open = fields.slice(0, casesMax)
  const room = open.reduce((sum, { keyBytes }) => sum + roundUp(keyBytes) + valueBytesMax, valueBytesMax)
  let word = 0
  const parts = open.map((field, index) => {
    const firstWord = word
    word += roundUp(field.keyBytes) / 4
    return writeField(field, index, firstWord, room)
  })
  return `'use strict'
const { words, writeEscaped, writeField } = slots
return function write(row, cells, out) {
  out.ensure(${room})
  let { data, view } = out, at = out.length
  const start = at
${parts.join('\n')}
  ${
    fields.length > open.length
      ? `out.length = at
  for (let index = ${open.length}; index < ${fields.length}; index++) writeField(index, row, cells, out)
  out.ensure(2)
  data = out.data
  at = out.length`
      : ''
  }
  ${keepsNull ? 'data[start] = 123' : 'if (at === start) at++\n  data[start] = 123'}
  data[at] = 125
  out.length = at + 1
}`
}

function roundUp(bytes: number): number {
  return (bytes + 3) & ~3
}

function writeField({ type, keyBytes }: WrittenField, index: number, firstWord: number, room: number): string {
  const kind = openKind(type)
  const otherwise = `{ out.length = at; writeField(${index}, row, cells, out); ${again(room)} }`
  if (kind === null) return `  ${otherwise}`
  const field = `cells[${index}]`
  const key = `for (let word = ${firstWord}; word < ${firstWord + roundUp(keyBytes) / 4}; word++, at += 4) view.setInt32(at, words[word], true)
      at -= ${roundUp(keyBytes) - keyBytes}`
  if (kind === 'text')
    return `  {
    const { nulls, view: from } = ${field}
    if (from !== null && (nulls === null || nulls[row] === 0)) {
      ${key}
      ${writeText(field, room)}
    } else ${otherwise}
  }`
  return `  {
    const { nulls, numbers } = ${field}
    const value = numbers === null ? NaN : numbers[row]
    if (value - value === 0 && (nulls === null || nulls[row] === 0)) {
      ${key}
      out.length = at
      out.${kind}(value)
      at = out.length
    } else ${otherwise}
  }`
}

/** After others may have written, and moved what is written. */
function again(room: number): string {
  return `out.ensure(${room}); data = out.data; view = out.view; at = out.length`
}

function writeText(field: string, room: number): string {
  return `const { data: source, starts, ends } = ${field}
      let place = starts[row]
      const end = ends[row]
      if (at + end - place + ${room} > data.length) { out.length = at; out.ensure(end - place + ${room}); data = out.data; view = out.view }
      data[at++] = 34
      while (place + 4 <= end) {
        const word = from.getInt32(place, true)
        if ((${stringStopIn('word')} & 0x80808080) !== 0) break
        view.setInt32(at, word, true)
        place += 4
        at += 4
      }
      let byte = 0
      while (place < end && (byte = source[place]) > 31 && byte !== 34 && byte !== 92) { data[at++] = byte; place++ }
      if (place < end) { out.length = at; writeEscaped(source, place, end, out); ${again(room)} }
      data[at++] = 34`
}
