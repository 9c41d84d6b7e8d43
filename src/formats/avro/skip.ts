/** Goes over values that nobody wants. */
import { type Cursor, cut, tooManyItems } from './cursor.ts'
import type { AvroSchema } from './schema.ts'

/** Moves the cursor behind a value; false, with a fault, where there is none. */
export type SkipValue = (cursor: Cursor) => boolean

const depthMax = 256

/** Makes what skips values, once for each schema: schemas may contain themselves, and each other many times over. */
export class Skips {
  readonly #made = new Map<AvroSchema, SkipValue>()
  readonly #empty = new Map<AvroSchema, boolean>()

  of(schema: AvroSchema): SkipValue {
    const known = this.#made.get(schema)
    if (known !== undefined) return known
    // A record within itself finds this one.
    let made: SkipValue = () => true
    this.#made.set(schema, (cursor) => made(cursor))
    made = this.isEmpty(schema) ? () => true : this.#make(schema)
    this.#made.set(schema, made)
    return made
  }

  /** Whether values of the schema have no bytes at all. */
  isEmpty(schema: AvroSchema): boolean {
    const known = this.#empty.get(schema)
    if (known !== undefined) return known
    this.#empty.set(schema, false)
    const isEmpty =
      schema.kind === 'null' ||
      (schema.kind === 'fixed' && schema.size === 0) ||
      (schema.kind === 'record' && schema.fields.every((field) => this.isEmpty(field.schema)))
    this.#empty.set(schema, isEmpty)
    return isEmpty
  }

  #make(schema: AvroSchema): SkipValue {
    switch (schema.kind) {
      case 'null':
        return () => true
      case 'boolean':
        return (cursor) => cursor.pass(1)
      case 'int':
      case 'long':
      case 'enum':
        return (cursor) => cursor.exact() !== null
      case 'float':
        return (cursor) => cursor.pass(4)
      case 'double':
        return (cursor) => cursor.pass(8)
      case 'bytes':
      case 'string':
        return (cursor) => {
          const length = cursor.length()
          return length >= 0 && cursor.pass(length)
        }
      case 'fixed':
        return (cursor) => cursor.pass(schema.size)
      case 'record':
        return this.#record(schema.fields.map((field) => this.of(field.schema)))
      case 'array':
        return blocks(this.of(schema.items), this.isEmpty(schema.items))
      case 'map':
        return blocks(this.#entry(this.of(schema.values)), false)
      case 'union':
        return this.#union(schema.branches.map((branch) => this.of(branch)))
    }
  }

  #record(fields: readonly SkipValue[]): SkipValue {
    return (cursor) => {
      if (++cursor.depth > depthMax) return cursor.fail(`Expected values nested at most ${depthMax} deep, got deeper ones.`) > 0
      for (const skip of fields) if (!skip(cursor) || cursor.pos > cursor.end) return cursor.fail(cut) > 0
      cursor.depth--
      return true
    }
  }

  #entry(value: SkipValue): SkipValue {
    return (cursor) => {
      const length = cursor.length()
      return length >= 0 && cursor.pass(length) && value(cursor)
    }
  }

  #union(branches: readonly SkipValue[]): SkipValue {
    return (cursor) => {
      const skip = branchAt(cursor, branches)
      if (skip === undefined) return false
      if (++cursor.depth > depthMax) return cursor.fail(`Expected values nested at most ${depthMax} deep, got deeper ones.`) > 0
      const isWhole = skip(cursor)
      cursor.depth--
      return isWhole
    }
  }
}

/** What stands for the branch whose number is at the cursor; undefined, with a fault, where there is no such branch. */
export function branchAt<T>(cursor: Cursor, branches: readonly T[]): T | undefined {
  const index = cursor.exact()
  if (index === null) return undefined
  const branch = typeof index === 'number' ? branches[index] : undefined
  if (branch === undefined) cursor.fail(`Expected the number of one of ${branches.length} branches of a union, got ${index}.`)
  return branch
}

/** Arrays and maps come in blocks; those with a negative count say how many bytes they have. */
function blocks(item: SkipValue, isEmpty: boolean): SkipValue {
  return (cursor) => {
    if (++cursor.depth > depthMax) return cursor.fail(`Expected values nested at most ${depthMax} deep, got deeper ones.`) > 0
    for (;;) {
      const count = cursor.exact()
      if (count === null || cursor.pos > cursor.end) return cursor.fail(cut) > 0
      if (count === 0) break
      if (count < 0) {
        const size = cursor.length()
        if (size < 0 || !cursor.pass(size)) return false
      } else if (!isEmpty) {
        for (let index = 0; index < count; index++) if (!item(cursor) || cursor.pos > cursor.end) return cursor.fail(cut) > 0
      }
    }
    cursor.depth--
    return true
  }
}

/** Reads the items of an array or map one by one; false, with a fault, when they are not whole. */
export function eachItem(cursor: Cursor, isEmpty: boolean, read: () => boolean): boolean {
  for (;;) {
    let count = cursor.exact()
    if (count === null || cursor.pos > cursor.end) return cursor.fail(cut) > 0
    if (count === 0) return true
    if (count < 0) {
      if (cursor.length() < 0) return false
      count = -count
    }
    if (isEmpty && count > cursor.freeItems) return cursor.fail(tooManyItems) > 0
    if (isEmpty) cursor.freeItems -= Number(count)
    for (let index = 0; index < count; index++) if (!read() || cursor.pos > cursor.end) return cursor.fail(cut) > 0
  }
}
