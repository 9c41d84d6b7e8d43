/**
 * Reads the fields of messages, boxed: every occurrence of a field is added to what was read of it before, as the last one wins, messages
 * are merged and lists grow. What is still missing at the end is filled in.
 */
import { unreadable } from '../text-value.ts'
import { ignored, itemReader, type ReadItem, wireOf } from './items.ts'
import type { Item, LaidField, Layout } from './layout.ts'
import { cut, type WireCursor, wireBytes, wireGroup, wireGroupEnd } from './wire.ts'

/** Reads an occurrence of a field, whose tag was just read; `before` is undefined for the first one. */
type ReadOccurrence = (cursor: WireCursor, tag: number, before: unknown) => unknown

export interface FieldReader {
  readonly field: LaidField
  readonly read: ReadOccurrence
  /** Fills in what is missing within a value; false, with a fault, where NULL is not allowed. */
  readonly finish: (cursor: WireCursor, value: unknown) => boolean
  /** What stands for a field that is not there; undefined, with a fault, where NULL is not allowed. */
  readonly missing: (cursor: WireCursor) => unknown
}

export function fieldReader(field: LaidField, readsDefaults: boolean): FieldReader {
  const { shape, path } = field
  const finish = finisher(shape, readsDefaults)
  return { field, read: occurrenceReader(shape, path, readsDefaults), finish, missing: missingValue(field, readsDefaults) }
}

function occurrenceReader(shape: LaidField['shape'], path: string, readsDefaults: boolean): ReadOccurrence {
  if (shape.kind === 'map') return mapReader(shape.key, shape.value, path, readsDefaults)
  const single = singleReader(shape.item, path, readsDefaults)
  return shape.kind === 'repeated' ? listReader(shape.item, single, path) : single
}

function mismatch(cursor: WireCursor, tag: number, path: string): typeof unreadable {
  cursor.fail(`Field ${tag >>> 3} of column "${path}" has wire type ${tag & 7}, which is not that of its type.`)
  return unreadable
}

function singleReader(item: Item, path: string, readsDefaults: boolean): ReadOccurrence {
  const wire = wireOf(item)
  if (item.kind !== 'message') {
    const read: ReadItem = itemReader(item, path)
    return (cursor, tag) => ((tag & 7) === wire ? read(cursor) : mismatch(cursor, tag, path))
  }
  const rows = new RowReader(item.layout, readsDefaults)
  return (cursor, tag, before) => {
    const row = (before as unknown[] | undefined) ?? rows.begin()
    const isRead =
      (tag & 7) === wireGroup && item.isGroup
        ? rows.readGroup(cursor, tag, row)
        : (tag & 7) === wireBytes
          ? rows.readWithin(cursor, row)
          : null
    if (isRead === null) return mismatch(cursor, tag, path)
    return isRead ? row : unreadable
  }
}

function listReader(item: Item, single: ReadOccurrence, path: string): ReadOccurrence {
  const packed = item.kind === 'message' || item.kind === 'string' || item.kind === 'bytes' ? null : itemReader(item, path)
  return (cursor, tag, before) => {
    const list = (before as unknown[] | undefined) ?? []
    if (packed !== null && (tag & 7) === wireBytes) return readPacked(cursor, packed, list)
    const value = single(cursor, tag, undefined)
    if (value === unreadable) return unreadable
    if (value !== ignored) list.push(value)
    return list
  }
}

function readPacked(cursor: WireCursor, read: ReadItem, list: unknown[]): unknown {
  const isWhole = within(cursor, () => {
    while (cursor.pos < cursor.end) {
      const value = read(cursor)
      if (value === unreadable) return false
      if (value !== ignored) list.push(value)
    }
    return true
  })
  return isWhole ? list : unreadable
}

/** Reads what has its length before it; false, with a fault, when it is not just so long. */
function within(cursor: WireCursor, read: () => boolean): boolean {
  const length = cursor.length()
  if (!(length >= 0)) return cursor.fail(cut) > 0
  const { end } = cursor
  const last = cursor.pos + length
  cursor.end = last
  const isRead = read()
  cursor.end = end
  if (isRead && cursor.pos === last) return true
  return cursor.fail(cut) > 0
}

function mapReader(key: Item, value: Item, path: string, readsDefaults: boolean): ReadOccurrence {
  const readKey = singleReader(key, path, readsDefaults)
  const readValue = singleReader(value, path, readsDefaults)
  const finishValue = finisher({ kind: 'single', item: value }, readsDefaults)
  return (cursor, tag, before) => {
    if ((tag & 7) !== wireBytes) return mismatch(cursor, tag, path)
    const entries = (before as Map<unknown, unknown> | undefined) ?? new Map<unknown, unknown>()
    let name: unknown
    let item: unknown
    const isRead = within(cursor, () => {
      while (cursor.pos < cursor.end) {
        const inner = cursor.varint(cursor.bytes, cursor.pos)
        const number = inner >>> 3
        if (number === 1) name = readKey(cursor, inner, undefined)
        else if (number === 2) item = readValue(cursor, inner, item)
        else if (cursor.skip(inner) < 0) return false
        if (name === unreadable || item === unreadable) return false
      }
      return true
    })
    if (!isRead) return unreadable
    // An entry whose value is a number that its enum does not have is no entry.
    if (item === ignored) return entries
    item ??= zeroOf(value, readsDefaults)
    if (!finishValue(cursor, item)) return unreadable
    entries.set(name ?? zeroOf(key, readsDefaults), item)
    return entries
  }
}

/** The value of an item that is not there at all. */
function zeroOf(item: Item, readsDefaults: boolean): unknown {
  switch (item.kind) {
    case 'message':
      return new RowReader(item.layout, readsDefaults).begin()
    case 'enum': {
      const [name, number] = [...item.values][0] ?? ['', 0]
      return item.type.kind === 'integer' ? number : name
    }
    case 'string':
      return ''
    case 'bytes':
      return new Uint8Array(0)
    case 'bool':
      return false
    default:
      return 0
  }
}

function finisher(shape: LaidField['shape'], readsDefaults: boolean): FieldReader['finish'] {
  if (shape.kind === 'map' || shape.item.kind !== 'message') return () => true
  const rows = new RowReader(shape.item.layout, readsDefaults)
  if (shape.kind === 'single') return (cursor, value) => rows.finish(cursor, value as unknown[])
  return (cursor, value) => (value as unknown[][]).every((row) => rows.finish(cursor, row))
}

function missingValue(field: LaidField, readsDefaults: boolean): FieldReader['missing'] {
  const { shape, hasPresence, fallback, type, path } = field
  if (shape.kind !== 'single') {
    if (type.nullable && !readsDefaults) return () => null
    return () => (shape.kind === 'map' ? new Map() : [])
  }
  const { item } = shape
  if (hasPresence && !readsDefaults) {
    return (cursor) => {
      if (type.nullable) return null
      cursor.fail(`Column "${path}" is NOT NULL, but the message does not have the field.`)
      return undefined
    }
  }
  if (item.kind !== 'message') return () => fallback
  const rows = new RowReader(item.layout, readsDefaults)
  return (cursor) => {
    const row = rows.begin()
    return rows.finish(cursor, row) ? row : undefined
  }
}

/** Reads messages as rows. Fields that are not there yet are undefined. */
class RowReader {
  readonly #layout: Layout
  readonly #readsDefaults: boolean
  #fields: readonly FieldReader[] | null = null
  readonly #handlers = new Map<number, Handler>()

  constructor(layout: Layout, readsDefaults: boolean) {
    this.#layout = layout
    this.#readsDefaults = readsDefaults
  }

  begin(): unknown[] {
    return Array.from({ length: this.#layout.width }, () => undefined)
  }

  /** Made when first used: most readers of defaults never are. */
  #readers(): readonly FieldReader[] {
    if (this.#fields !== null) return this.#fields
    const fields = this.#layout.fields.map((field) => fieldReader(field, this.#readsDefaults))
    this.#fields = fields
    for (const [number, handler] of handlersOf(fields)) this.#handlers.set(number, handler)
    return fields
  }

  readWithin(cursor: WireCursor, row: unknown[]): boolean {
    return within(cursor, () => {
      while (cursor.pos < cursor.end) if (!this.#readField(cursor, cursor.varint(cursor.bytes, cursor.pos), row)) return false
      return true
    })
  }

  readGroup(cursor: WireCursor, tag: number, row: unknown[]): boolean {
    while (cursor.pos < cursor.end) {
      const inner = cursor.varint(cursor.bytes, cursor.pos)
      if ((inner & 7) === wireGroupEnd && inner === tag + 1) return true
      if (!this.#readField(cursor, inner, row)) return false
    }
    return cursor.fail(cut) > 0
  }

  #readField(cursor: WireCursor, tag: number, row: unknown[]): boolean {
    this.#readers()
    const handler = this.#handlers.get(tag >>> 3)
    if (handler !== undefined) for (const rival of handler.rivals) row[rival] = undefined
    if (handler === undefined || handler.reader === null) return cursor.skip(tag) >= 0
    const { field, read } = handler.reader
    const value = read(cursor, tag, row[field.slot])
    if (value === unreadable || cursor.pos > cursor.end) return cursor.fail(cut) > 0
    if (value !== ignored) row[field.slot] = value
    return true
  }

  finish(cursor: WireCursor, row: unknown[]): boolean {
    for (const { field, finish, missing } of this.#readers()) {
      const value = row[field.slot]
      if (value === undefined) row[field.slot] = missing(cursor)
      else if (!finish(cursor, value)) return false
      if (row[field.slot] === undefined) return false
    }
    return true
  }
}

export interface Handler {
  /** Null for a field that nobody wants and that others have to give way to. */
  readonly reader: FieldReader | null
  /** Places of fields that give way when this one comes. */
  readonly rivals: readonly number[]
}

/** What to do with the fields of a message, by their numbers. */
export function handlersOf(fields: readonly FieldReader[]): ReadonlyMap<number, Handler> {
  const handlers = new Map<number, Handler>()
  const rivalsOf = (number: number) =>
    fields.flatMap(({ field }) => (field.number !== number && field.rivals.includes(number) ? [field.slot] : []))
  for (const reader of fields) {
    for (const number of reader.field.rivals) handlers.set(number, { reader: null, rivals: rivalsOf(number) })
  }
  for (const reader of fields) handlers.set(reader.field.number, { reader, rivals: rivalsOf(reader.field.number) })
  return handlers
}
