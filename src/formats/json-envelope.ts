/** Finds values in a JSON object by their paths without decoding it, and checks on the way that all of it is JSON. */
import { type FoundObjects, findObjects, tooMany } from './json/find-objects.ts'
import { backslash, closeObject, comma, type JsonScanner, openArray, openObject, quote } from './json/scanner.ts'
import { contentText } from './json/text.ts'

/** Keys from the outermost object inwards, as in `source.db`. */
export type JsonPath = readonly string[]

interface EnvelopeNode {
  /** The keys of its object that lead to a path. */
  readonly keys: Uint8Array[]
  readonly names: string[]
  readonly nodes: EnvelopeNode[]
  /** The place of its own path; −1 when it only leads to others. */
  slot: number
  /** Takes the objects of its array; null where nobody wants them. */
  found: FoundObjects | null
}

const encoder = new TextEncoder()

export class JsonEnvelope {
  /** By path: where its value begins and ends; begins at −1 where there is none. Of several the last one counts. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly #scanner: JsonScanner
  readonly #root = newNode()

  constructor(scanner: JsonScanner, paths: readonly JsonPath[]) {
    this.#scanner = scanner
    this.starts = new Int32Array(paths.length)
    this.ends = new Int32Array(paths.length)
    for (const [slot, path] of paths.entries()) path.reduce(childOf, this.#root).slot = slot
  }

  /** Lets the objects of the array at a path be found as well. */
  findObjectsAt(path: JsonPath, found: FoundObjects): void {
    path.reduce(childOf, this.#root).found = found
  }

  /** Goes through the object at `start`; returns the place after it, or a negative number when it is not JSON. */
  find(bytes: Uint8Array, start: number): number {
    this.starts.fill(-1)
    return this.#object(this.#root, bytes, start)
  }

  #object(node: EnvelopeNode, bytes: Uint8Array, start: number): number {
    const scanner = this.#scanner
    let at = scanner.blanks(bytes, start + 1)
    if (bytes[at] === closeObject) return at + 1
    for (;;) {
      if (bytes[at] !== quote) return scanner.fail(at, 'a key in double quotes')
      const keyEnd = scanner.string(bytes, at)
      if (keyEnd < 0) return keyEnd
      const child = nodeAt(node, bytes, at + 1, keyEnd - 1)
      at = scanner.afterColon(bytes, keyEnd)
      if (at < 0) return at
      at = child === null ? scanner.value(bytes, at) : this.#value(child, bytes, at)
      if (at < 0) return at
      at = scanner.blanks(bytes, at)
      if (bytes[at] === closeObject) return at + 1
      if (bytes[at] !== comma) return scanner.fail(at, '"," or "}"')
      at = scanner.blanks(bytes, at + 1)
    }
  }

  #value(node: EnvelopeNode, bytes: Uint8Array, start: number): number {
    this.#forget(node)
    const isEntered = node.nodes.length > 0 && bytes[start] === openObject
    const isArray = node.found !== null && bytes[start] === openArray
    const end = isEntered
      ? this.#object(node, bytes, start)
      : isArray
        ? this.#array(node.found as FoundObjects, bytes, start)
        : this.#scanner.value(bytes, start)
    if (node.slot >= 0) {
      this.starts[node.slot] = start
      this.ends[node.slot] = end
    }
    return end
  }

  /** What holds something else than objects, or too many, may be JSON nevertheless. */
  #array(found: FoundObjects, bytes: Uint8Array, start: number): number {
    const end = findObjects(this.#scanner, bytes, start, found)
    if (end >= 0) return end
    found.trouble = this.#scanner.expected === tooMany ? 'many' : 'others'
    return this.#scanner.value(bytes, start)
  }

  /** A key came again, perhaps. */
  #forget(node: EnvelopeNode): void {
    for (const child of node.nodes) {
      if (child.slot >= 0) this.starts[child.slot] = -1
      this.#forget(child)
    }
  }
}

function newNode(): EnvelopeNode {
  return { keys: [], names: [], nodes: [], slot: -1, found: null }
}

function childOf(node: EnvelopeNode, name: string): EnvelopeNode {
  const known = node.nodes[node.names.indexOf(name)]
  if (known !== undefined) return known
  const child = newNode()
  node.keys.push(encoder.encode(name))
  node.names.push(name)
  node.nodes.push(child)
  return child
}

function nodeAt(node: EnvelopeNode, bytes: Uint8Array, start: number, end: number): EnvelopeNode | null {
  const { keys } = node
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as Uint8Array
    if (key.length === end - start && isAt(key, bytes, start)) return node.nodes[index] as EnvelopeNode
  }
  for (let at = start; at < end; at++) {
    if (bytes[at] === backslash) return node.nodes[node.names.indexOf(contentText(bytes, start, end))] ?? null
  }
  return null
}

/** Whether the bytes at `start` begin with a key. */
export function isAt(key: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < key.length; index++) if (bytes[start + index] !== key[index]) return false
  return true
}
