/**
 * Writes the source of a JSON decoder for the wanted columns of a table: one loop over the fields of many records, where a field that
 * nobody wants is run over and the others are read on the way. The keys of the last record are remembered by their place, so that a
 * key is mostly found by one comparison of bytes. A line may also hold an array of records. Nothing of a user's text is in the source:
 * keys are bytes in slots, and only the count of columns and the kinds of their types shape it.
 */
import type { DataType } from '#data'
import type { FieldFilter } from './filters.ts'

/** More wanted columns than this are noted in an array, fewer in the bits of a number. */
export const bitsMax = 30

/** So many columns have code of their own; the others are read by `rows.value`, for V8 does not optimise huge functions. */
export const casesMax = 16

/**
 * The body of a function of `slots` (stores, scanner, rows, keys and the value parsers) that returns
 * `decode(bytes, start, end, rowsMax)`: it fills the stores and returns the offset after the last record taken; the count of rows is
 * then in `rows.count`. The bytes end with a line feed.
 */
export function jsonSource(types: readonly DataType[]): string {
  return `${preamble(types)}
return function decode(bytes, start, end, rowsMax) {
  ${viewOfBytes()}
  let pos = start, row = 0, serial = rows.serial, inArray = rows.inArray, resumed = rows.resumed
  while (row < rowsMax && pos < end) {
    const recordStart = pos
    let byte = bytes[pos]
    while (byte === 32 || byte === 9 || byte === 13) byte = bytes[++pos]
    if (byte === 10) { pos++; continue }
    ${noneSeen(types)}
    serial++
    record: {
      if (byte === 91 && !inArray) {
        pos = scanner.blanks(bytes, pos + 1)
        byte = bytes[pos]
        inArray = byte !== 93
        if (!inArray) {
          pos = rows.endLine(bytes, pos + 1)
          if (pos < 0) break record
          continue
        }
      }
${readObject(types, '', '0')}
      if (bytes[pos] === 10 && !inArray) pos++
      else {
        pos = rows.endRecord(bytes, pos, inArray || resumed)
        if (pos < 0) break record
        inArray = rows.inArray
      }
      resumed = false
      if (!(${isWhole(types)}) && !rows.fillMissing(${isWide(types) ? 'serial' : 'seen'}, row)) { scanner.failedAt = pos - 1; pos = -1 }
    }
    if (pos < 0) {
      pos = rows.fail(bytes, recordStart, row)
      inArray = false
    } else row++
  }
  rows.count = row
  rows.serial = serial
  rows.inArray = inArray
  rows.resumed = resumed
  return pos
}`
}

/**
 * The body of a function of `slots` (those above and objects) that returns `decode(bytes, starts, ends, count)`: it reads the objects
 * at so many places, each of which must end where `ends` says, into a row each. Every object lies in a message, which ends with a zero
 * byte. Objects that cannot be read are given to `objects.fail`, which returns the place of the last one not to be read either, and
 * leaves in `objects.row` which row is the next; `origins` gets the place of the object of each row. Objects that are 1 in `patches` have
 * other keys than the rest, which are remembered elsewhere. Whole objects that a filter refuses become no rows, and their doubles are not
 * read.
 */
export function jsonObjectsSource(types: readonly DataType[], hasPatches: boolean, filters: readonly FieldFilter[]): string {
  const late = filters.length === 0 ? [] : casesOf(types).flatMap(({ kind }, slot) => (kind === 'double' ? [slot] : []))
  return `${preamble(types)}
const { objects, origins, patches, filters } = slots
${filters.map((_, index) => `const { holds: holds${index} } = filters[${index}]`).join('\n')}
return function decode(bytes, starts, ends, count) {
  ${viewOfBytes()}
  let row = 0, serial = rows.serial
  for (let object = 0; object < count; object++) {
    let pos = starts[object], byte = bytes[pos]
    ${noneSeen(types)}
    ${filters.length === 0 ? '' : 'let refused = 0'}${late.map((slot) => `, from${slot} = 0, to${slot} = 0`).join('')}
    serial++
    record: {
${readObject(types, ' || byte === 10', hasPatches ? `patches[object] * ${keyPlaces / 2}` : '0', filters)}
      if (pos !== ends[object]) { pos = rows.endMessage(bytes, pos, ends[object]); if (pos < 0) break record }
      if (!(${isWhole(types)}) && !objects.fillMissing(${isWide(types) ? 'serial' : 'seen'}, row, object)) { scanner.failedAt = pos - 1; pos = -1; break record }
      ${filters.length === 0 ? '' : 'if (refused !== 0) { rows.takeBack(row); continue }'}
      ${late.map((slot) => `if (to${slot} !== 0) d${slot}[row] = parse.double(bytes, from${slot}, to${slot})`).join('\n      ')}
    }
    if (pos < 0) {
      object = objects.fail(object, row)
      row = objects.row
    } else origins[row++] = object
  }
  rows.count = row
  rows.serial = serial
}`
}

function preamble(types: readonly DataType[]): string {
  return `'use strict'
const { stores, scanner, rows, keys, parse, separator, quick } = slots
const keyWords = keys.words, keyLengths = keys.lengths, keySlots = keys.slots, masks = [0, 0xff, 0xffff, 0xffffff]
${casesOf(types)
  .map((type, slot) => fieldConstants(type, slot))
  .join('\n')}`
}

function viewOfBytes(): string {
  return `const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const wordMax = bytes.length - 4, keyMax = bytes.length - ${keyBytesMax} - 4`
}

function isWide(types: readonly DataType[]): boolean {
  return types.length > bitsMax
}

function casesOf(types: readonly DataType[]): readonly DataType[] {
  return types.slice(0, casesMax)
}

function noneSeen(types: readonly DataType[]): string {
  return isWide(types) ? 'let found = 0' : 'let seen = 0'
}

/** Whether all columns were in the record. */
function isWhole(types: readonly DataType[]): string {
  return isWide(types) ? `found === ${types.length}` : `seen === ${2 ** types.length - 1}`
}

/**
 * Reads the object at `pos`, whose first byte is `byte`, and leaves `pos` behind it. `blank` is a test for further blanks, `firstPlace` where
 * its keys are remembered.
 */
function readObject(types: readonly DataType[], blank: string, firstPlace: string, filters: readonly FieldFilter[] = []): string {
  const manyColumns = isWide(types)
  const cases = casesOf(types)
  const rest = `${manyColumns ? noteInArray('slot') : 'const bit = 2 ** slot; if ((seen & bit) !== 0) rows.forget(slot, row); else seen |= bit'}; pos = rows.value(slot, bytes, at, row)`
  return `      if (byte !== 123) { scanner.fail(pos, '"{"'); pos = -1; break record }
      pos++
      byte = bytes[pos]
      if (byte !== 34 && byte !== 125) { pos = scanner.blanks(bytes, pos); byte = bytes[pos] }
      if (byte === 125) pos++
      else for (let place = ${firstPlace}; ; place++) {
        if (byte !== 34) { scanner.fail(pos, 'a key in double quotes'); pos = -1; break record }
        let slot = -2, at = pos + 1
        if (place < ${keyPlaces} && at < keyMax) {
          const length = keyLengths[place], whole = length & ~3
          let word = place * ${keyBytesMax / 4}
          const wordEnd = word + (length >> 2)
          while (word < wordEnd && view.getInt32(at, true) === keyWords[word]) { at += 4; word++ }
          if (word === wordEnd && ((view.getInt32(at, true) ^ keyWords[word]) & masks[length - whole]) === 0) {
            at += length - whole - 1
            slot = keySlots[place]
          }
        }
        if (slot === -2) {
          at = rows.findKey(bytes, pos, place)
          if (at < 0) { pos = -1; break record }
          slot = rows.slot
        }
        at++
        if (bytes[at] === 58) { at++; if (bytes[at] === 32) at++ }
        else { at = scanner.afterColon(bytes, at); if (at < 0) { pos = -1; break record } }
        byte = bytes[at]
        if (byte === 32 || byte === 9 || byte === 13${blank}) { at = scanner.blanks(bytes, at); byte = bytes[at] }
        switch (slot) {
${cases.map((type, slot) => fieldCase(type, slot, manyColumns, filters)).join('\n')}
          default:
            ${cases.length < types.length ? 'if (slot >= 0) { ' + rest + ' } else ' : ''}            if (byte === 34) {
              pos = at + 1
              ${runOverString(false)}
              pos = byte === 34 ? pos + 1 : scanner.string(bytes, at)
            } else pos = scanner.value(bytes, at)
        }
        if (pos < 0) break record
        byte = bytes[pos]
        if (byte !== 44 && byte !== 125) { pos = scanner.blanks(bytes, pos); byte = bytes[pos] }
        if (byte === 44) {
          byte = bytes[++pos]
          if (byte !== 34) { pos = scanner.blanks(bytes, pos); byte = bytes[pos] }
        } else if (byte === 125) { pos++; break }
        else { scanner.fail(pos, '"," or "}"'); pos = -1; break record }
      }`
}

/** Room for remembered keys: so many places in a record, so many bytes each with the closing quote. */
export const keyPlaces = 256
export const keyBytesMax = 64

/** Has the high bit of some byte set where one of the four of a word is a quote, a backslash or a control character. */
export function stringStopIn(word: string): string {
  return `((((${word} ^ 0x22222222) - 0x01010101) | ((${word} ^ 0x5c5c5c5c) - 0x01010101) | (${word} - 0x20202020)) & ~${word})`
}

/**
 * Moves `pos` to the end of a string's plain bytes, four at a time: what is subtracted borrows from the high bit of a byte that is a
 * quote, a backslash or a control character. A byte behind such a one may be found with it; so the last few are looked at one by one.
 */
function runOverString(ascii: boolean): string {
  return `while (pos <= wordMax) {
                const word = view.getInt32(pos, true)
                if (((${stringStopIn('word')}${ascii ? ' | word' : ''}) & 0x80808080) !== 0) break
                pos += 4
              }
              while ((byte = bytes[pos]) !== 34 && byte !== 92 && byte > 31${ascii ? ' && byte < 128' : ''}) pos++`
}

function fieldConstants(type: DataType, slot: number): string {
  const shape = 'precision' in type ? `, p${slot} = stores[${slot}].type.precision, c${slot} = stores[${slot}].type.scale` : ''
  if (type.kind === 'char' || type.kind === 'varchar') return `const s${slot} = stores[${slot}].starts, e${slot} = stores[${slot}].ends`
  return `const d${slot} = stores[${slot}].${type.kind === 'integer' ? 'integers' : 'numbers'}${shape}`
}

/** `at` is at the value, whose first byte is `byte`; leaves `pos` after the value, or negative. */
function fieldCase(type: DataType, slot: number, manyColumns: boolean, filters: readonly FieldFilter[]): string {
  const isLate = filters.length > 0 && type.kind === 'double'
  const again = `rows.forget(${slot}, row)${filters.length === 0 ? '' : `; refused &= ~${2 ** slot}`}${isLate ? `; to${slot} = 0` : ''}`
  const check = filters.map((filter, index) => (filter.slot === slot ? refuseUnless(filter, index) : '')).join('')
  const note = manyColumns ? noteInArray(`${slot}`, again) : `if ((seen & ${2 ** slot}) !== 0) { ${again} } else seen |= ${2 ** slot}`
  return `          case ${slot}:
            ${note}
            ${isLate ? noteNumber(slot) : readField(type, slot, `pos = rows.value(${slot}, bytes, at, row)`, check)}
            break`
}

/** A value that was read the quick way and that a filter does not let through. */
function refuseUnless({ slot, of }: FieldFilter, index: number): string {
  return `; if (!holds${index}(${of === 'text' ? 'bytes, at + 1, pos' : `value${slot}`})) refused |= ${2 ** slot}`
}

/** Keeps where a double stands, to be read once it is known that somebody wants it. */
function noteNumber(slot: number): string {
  return `if (byte === 45 || (byte >= 48 && byte <= 57)) {
              pos = scanner.number(bytes, at)
              from${slot} = at
              to${slot} = pos
            } else pos = rows.value(${slot}, bytes, at, row)`
}

function noteInArray(slot: string, again = `rows.forget(${slot}, row)`): string {
  return `if (rows.seen[${slot}] === serial) { ${again} } else { rows.seen[${slot}] = serial; found++ }`
}

/** The quick way for the common types in their common spelling; everything else goes to `rows.value`. */
function readField(type: DataType, slot: number, otherwise: string, check: string): string {
  switch (type.kind) {
    case 'char':
    case 'varchar':
      return `if (byte === 34) {
              pos = at + 1
              ${runOverString(true)}
              if (byte === 34) { s${slot}[row] = at + 1; e${slot}[row] = pos${check}; pos++ }
              else pos = rows.string(${slot}, bytes, at, row)
            } else ${otherwise}`
    case 'integer':
    case 'bigint':
      return readInteger(slot, type.kind === 'integer' ? '2147483647' : '', otherwise, check)
    case 'double':
      return readNumber(slot, 'parse.double(bytes, at, pos)', otherwise)
    case 'decimal':
      return readNumber(slot, `parse.decimal(bytes, at, pos, p${slot}, c${slot})`, otherwise)
    case 'timestamp':
      return readTimestamp(slot, 'pos', '', otherwise)
    case 'timestamp-ltz':
      return readTimestamp(slot, 'pos - 1', 'bytes[pos - 1] === 90 && ', otherwise)
    default:
      return otherwise
  }
}

/**
 * The number of the four digits of `word`, the first in its lowest byte: pairs, and then both of them, are put together by one product each.
 * That all are digits shows in high bits: `0x46` more sets that of what is above 9, `0x30` less that of what is below 0.
 */
const fourDigits = '(Math.imul((Math.imul(word & 0x0f0f0f0f, 2561) >>> 8) & 0x00ff00ff, 6553601) >>> 16)'

/** Up to 15 digits without a zero in front, four at a time. */
function readInteger(slot: number, most: string, otherwise: string, check: string): string {
  return `pos = byte === 45 ? at + 1 : at
            const first${slot} = pos
            let value${slot} = 0
            while (pos <= wordMax) {
              const word = view.getInt32(pos, true)
              if ((((word + 0x46464646) | (word - 0x30303030)) & 0x80808080) !== 0) break
              value${slot} = value${slot} * 10000 + ${fourDigits}
              pos += 4
            }
            let digit${slot} = bytes[pos] - 48
            while (digit${slot} >= 0 && digit${slot} <= 9) { value${slot} = value${slot} * 10 + digit${slot}; digit${slot} = bytes[++pos] - 48 }
            if ((digit${slot} === -4 || digit${slot} === 77) && pos > first${slot} && pos - first${slot} < 16 && (bytes[first${slot}] !== 48 || pos === first${slot} + 1)${
              most === '' ? '' : ` && value${slot} <= ${most}`
            }) { if (byte === 45) value${slot} = 0 - value${slot}; d${slot}[row] = value${slot}${check} }
            else ${otherwise}`
}

function readNumber(slot: number, call: string, otherwise: string): string {
  return `if (byte === 45 || (byte >= 48 && byte <= 57)) {
              pos = scanner.number(bytes, at)
              if (pos >= 0) {
                const value${slot} = ${call}
                if (value${slot} - value${slot} === 0) d${slot}[row] = value${slot}
                else ${otherwise}
              }
            } else ${otherwise}`
}

function readTimestamp(slot: number, end: string, condition: string, otherwise: string): string {
  return `if (byte === 34) {
              pos = at + 1
              ${runOverString(true)}
              const value${slot} = ${condition}byte === 34 && quick ? parse.timestamp(bytes, at + 1, ${end}, p${slot}, separator) : NaN
              if (value${slot} - value${slot} === 0) { d${slot}[row] = value${slot}; pos++ }
              else ${otherwise}
            } else ${otherwise}`
}
