/**
 * Writes the source of a decoder for the records of one writer's schema: fields that nobody wants are run over, the others go straight
 * into the stores. Nothing of a user's text is in the source: kinds and counts alone shape it. What is rare is left to `row`.
 */
import type { Reading, Step } from './reading.ts'
import type { AvroSchema } from './schema.ts'

/** So many fields make one function, for V8 does not optimise huge ones. */
const fieldsPerFunction = 24

/**
 * The body of a function of `slots` (stores, cursor, row) that returns `read(bytes, start, end, row)`: it fills a row of the stores and
 * returns where the record ends, or a negative number with a fault in the cursor.
 */
export function avroSource(steps: readonly Step[]): string {
  const parts: string[] = []
  for (let first = 0; first === 0 || first < steps.length; first += fieldsPerFunction) {
    const fields = steps.slice(first, first + fieldsPerFunction).map((step, index) => fieldCode(step, first + index))
    parts.push(`function part${parts.length}(bytes, view, start, end, row) {
  let pos = start, byte = 0, value = 0, stop = 0
${fields.join('\n')}
  return pos
}`)
  }
  const calls = parts.map((_, index) => `pos = part${index}(bytes, view, pos, end, row)\n  if (pos < 0 || pos > end) return pos`)
  return `'use strict'
const { stores, cursor, rows } = slots
${steps.map(constants).join('\n')}
${parts.join('\n')}
return function read(bytes, start, end, row) {
  const view = cursor.view
  let pos = start
  ${calls.join('\n  ')}
  return pos
}`
}

function constants({ reading, slot }: Step): string {
  if (reading === null) return ''
  const store = `stores[${slot}]`
  return `const store${slot} = ${store}, flags${slot} = ${store}.flags, integers${slot} = ${store}.integers, numbers${slot} = ${store}.numbers, starts${slot} = ${store}.starts, ends${slot} = ${store}.ends`
}

function fieldCode({ reading, schema, slot }: Step, field: number): string {
  return reading === null ? skipCode(schema, field) : readCode(reading, slot, field, field * keysPerField)
}

/** Leaves `pos` behind the value; returns from the function where there is none. */
function skipCode(schema: AvroSchema, field: number): string {
  switch (schema.kind) {
    case 'null':
      return ''
    case 'boolean':
      return '  pos += 1'
    case 'float':
      return '  pos += 4'
    case 'double':
      return '  pos += 8'
    case 'int':
    case 'long':
    case 'enum':
      return `  if (bytes[pos] < 128) pos++
  else { ${longer(field)} }`
    case 'bytes':
    case 'string':
      return `${lengthCode(field)}
  pos += value`
    default:
      return `  pos = rows.skip(${field}, pos)
  if (pos < 0) return pos`
  }
}

/** A number of several bytes; one that is not safe is in the cursor. */
function longer(field: number): string {
  return `value = cursor.long(bytes, pos); pos = cursor.pos; if (value !== value && cursor.wide === null) return rows.overlong(${field})`
}

/** Leaves the length of bytes that are whole in `value`. */
function lengthCode(field: number): string {
  return `  byte = bytes[pos]
  if (byte < 128) { value = (byte >>> 1) ^ -(byte & 1); pos++ }
  else { value = cursor.long(bytes, pos); pos = cursor.pos }
  if (!(value >= 0 && value <= end - pos)) return rows.cut(${field})`
}

/** `path` names the branches on the way, for what is left to \`rows\`. */
function readCode(reading: Reading, slot: number, field: number, key: number): string {
  const rare = `pos = rows.value(${key}, ${slot}, pos, row); if (pos < 0) return pos`
  switch (reading.kind) {
    case 'null':
      return `  store${slot}.setNull(row)`
    case 'scaled':
      return scaledCode(reading, slot, rare)
    case 'boolean':
      return `  byte = bytes[pos]
  if (byte < 2) { flags${slot}[row] = byte; pos++ }
  else { ${rare} }`
    case 'whole':
      return `  byte = bytes[pos]
  if (byte < 128) { integers${slot}[row] = (byte >>> 1) ^ -(byte & 1); pos++ }
  else {
    value = cursor.long(bytes, pos)
    if (value >= ${reading.least} && value <= ${reading.most}) { integers${slot}[row] = value; pos = cursor.pos }
    else { ${rare} }
  }`
    case 'long':
    case 'rounded':
      return `  byte = bytes[pos]
  if (byte < 128) { numbers${slot}[row] = (byte >>> 1) ^ -(byte & 1); pos++ }
  else {
    value = cursor.long(bytes, pos)
    if (value === value) { numbers${slot}[row] = ${reading.kind === 'rounded' && reading.isSingle ? 'Math.fround(value)' : 'value'}; pos = cursor.pos }
    else { ${rare} }
  }`
    case 'float':
      return `  if (end - pos < 4) return rows.cut(${field})
  numbers${slot}[row] = view.getFloat32(pos, true)
  pos += 4`
    case 'double':
      return `  if (end - pos < 8) return rows.cut(${field})
  numbers${slot}[row] = view.getFloat64(pos, true)
  pos += 8`
    case 'text':
      return textCode(slot, field)
    case 'word':
      return wordCode(slot, key)
    case 'union':
      return unionCode(reading.branches, slot, field)
    default:
      return `  ${rare}`
  }
}

/** Text stays where it is. Bytes of ASCII are looked at four at a time. */
function textCode(slot: number, field: number): string {
  return `${lengthCode(field)}
  stop = pos + value
  starts${slot}[row] = pos
  ends${slot}[row] = stop
  while (stop - pos >= 4 && (view.getInt32(pos, true) & 0x80808080) === 0) pos += 4
  while (pos < stop && bytes[pos] < 128) pos++
  if (pos < stop) {
    if (!rows.isUtf8(bytes, pos, stop)) return rows.notUtf8(${field})
    pos = stop
  }`
}

/** Places of words are looked up by the number of the symbol. */
function wordCode(slot: number, key: number): string {
  return `  byte = bytes[pos]
  value = byte < 128 && (byte & 1) === 0 ? rows.codes[${key}][byte >>> 1] : -1
  if (value >= 0) { starts${slot}[row] = value; pos++ }
  else { pos = rows.word(${key}, ${slot}, pos, row); if (pos < 0) return pos }`
}

/** Numbers of branches have one byte, as every encoder writes them. */
function unionCode(branches: readonly Reading[], slot: number, field: number): string {
  const cases = branches.slice(0, keysPerField - 1).map(
    (branch, index) => `  case ${index * 2}:
  pos++
${readCode(branch, slot, field, field * keysPerField + index + 1)}
  break`,
  )
  return `  switch (bytes[pos]) {
${cases.join('\n')}
  default: return rows.branch(${field}, pos)
  }`
}

/** Of timestamps: those that stay safe numbers. */
function scaledCode({ multiply, divide, step, most }: Extract<Reading, { kind: 'scaled' }>, slot: number, rare: string): string {
  if (most !== null) return `  ${rare}`
  return `  value = cursor.long(bytes, pos)
  if (Math.abs(value) <= ${Math.floor(Number.MAX_SAFE_INTEGER / multiply)}) {
    value = Math.floor(value * ${multiply} / ${divide})
    numbers${slot}[row] = value - ((value % ${step}) + ${step}) % ${step}
    pos = cursor.pos
  } else { ${rare} }`
}

/** A field has a key of its own, and one for each branch of its union. */
export const keysPerField = 64
