/** Values as JSON, which reads back as it was written: what JSON would leave out or change in silence is refused. */
import { assert } from '#base'
import { storeErrors } from './errors.ts'

/** Deeper values are no records, and would take the stack of whoever walks through them. */
const depthMax = 200

/** `what` such as `a record of kind "job"`. A negative zero alone becomes another value, which is equal to it. */
export function jsonText(value: unknown, what: string, bytesMax: number): string {
  const walk: Walk = { what, bytesMax, bytes: 0, path: [] }
  visit(value, walk)
  const text = JSON.stringify(value)
  if (Buffer.byteLength(text) > bytesMax) throw tooLarge(walk)
  return text
}

interface Walk {
  readonly what: string
  readonly bytesMax: number
  /** At least so many bytes are taken by what was visited, so that the walk through something huge ends early. */
  bytes: number
  /** Where the walk is. */
  readonly path: (string | number)[]
}

function tooLarge({ what, bytesMax }: Walk): Error {
  return storeErrors.STORE_TOO_LARGE({ what, limit: bytesMax })
}

function visit(value: unknown, walk: Walk): void {
  walk.bytes += 1 + (typeof value === 'string' ? value.length : 0)
  if (walk.bytes > walk.bytesMax) throw tooLarge(walk)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) refuse(walk, String(value))
    return
  }
  if (typeof value !== 'object') refuse(walk, typeof value)
  assert(walk.path.length < depthMax, `${walk.what} is more than ${depthMax} deep`)
  if (Array.isArray(value)) {
    // By index, since a walk by entries would pass over holes.
    for (let index = 0; index < value.length; index++) visitPart(value[index], index, walk)
    return
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) refuse(walk, 'an object of a class')
  for (const [key, part] of Object.entries(value)) {
    walk.bytes += key.length
    visitPart(part, key, walk)
  }
}

function visitPart(part: unknown, key: string | number, walk: Walk): void {
  walk.path.push(key)
  visit(part, walk)
  walk.path.pop()
}

function refuse({ what, path }: Walk, found: string): never {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
  assert(false, `${what} is no JSON: ${found} at "${place}"`)
}
