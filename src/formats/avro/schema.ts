/** Avro schemas as trees, and the parser of their JSON (Avro 1.12, "Schema Declaration"). */
import { isLogical, type Logical, logicalOf } from './logical.ts'

export type AvroSchema = PlainSchema | FixedSchema | EnumSchema | RecordSchema | ArraySchema | MapSchema | UnionSchema
export type PlainKind = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'
interface PlainSchema {
  readonly kind: PlainKind
  readonly logical: Logical | null
}
interface FixedSchema {
  readonly kind: 'fixed'
  readonly name: string
  readonly size: number
  readonly logical: Logical | null
}
interface EnumSchema {
  readonly kind: 'enum'
  readonly name: string
  readonly symbols: readonly string[]
  /** The symbol that stands for those a reader does not know. */
  readonly fallback: string | null
}
export interface RecordSchema {
  readonly kind: 'record'
  readonly name: string
  readonly fields: readonly AvroField[]
}
interface ArraySchema {
  readonly kind: 'array'
  readonly items: AvroSchema
}
interface MapSchema {
  readonly kind: 'map'
  readonly values: AvroSchema
}
export interface UnionSchema {
  readonly kind: 'union'
  readonly branches: readonly AvroSchema[]
}
export interface AvroField {
  readonly name: string
  readonly aliases: readonly string[]
  readonly schema: AvroSchema
  /** The default as JSON, where there is one. */
  readonly fallback: { readonly json: unknown } | null
}

/** What is wrong with a schema, as a sentence without its end. */
export class SchemaTrouble extends Error {}

/** Types named so far, by full name. */
export type NamedTypes = Map<string, AvroSchema>

const textLengthMax = 8 * 1024 * 1024
const depthMax = 64
const plainKinds: readonly string[] = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] satisfies PlainKind[]

/** Reads a schema; fails with SchemaTrouble. */
export function parseAvroSchema(text: string, named: NamedTypes = new Map()): AvroSchema {
  if (text.length > textLengthMax) throw new SchemaTrouble(`it has more than ${textLengthMax} characters`)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // The original registry keeps schemas of one plain type with quotes and without.
    if (!plainKinds.includes(text.trim())) throw new SchemaTrouble('it is not JSON')
    json = text.trim()
  }
  return new SchemaParser(named).parse(json, '', 0)
}

type JsonObject = Readonly<Record<string, unknown>>

class SchemaParser {
  readonly #named: NamedTypes

  constructor(named: NamedTypes) {
    this.#named = named
  }

  parse(json: unknown, namespace: string, depth: number): AvroSchema {
    if (depth > depthMax) throw new SchemaTrouble(`its types are nested deeper than ${depthMax}`)
    if (typeof json === 'string') return this.#byName(json, namespace)
    if (Array.isArray(json)) return this.#union(json, namespace, depth)
    if (typeof json !== 'object' || json === null) throw new SchemaTrouble(`it has ${shown(json)} where a type must be`)
    const object = json as JsonObject
    switch (object['type']) {
      case 'record':
      case 'error':
        return this.#record(object, namespace, depth)
      case 'enum':
        return this.#enum(object, namespace)
      case 'fixed':
        return this.#fixed(object, namespace)
      case 'array':
        return { kind: 'array', items: this.parse(object['items'], namespace, depth + 1) }
      case 'map':
        return { kind: 'map', values: this.parse(object['values'], namespace, depth + 1) }
      default:
        return this.#annotated(object, namespace, depth)
    }
  }

  #byName(name: string, namespace: string): AvroSchema {
    if (plainKinds.includes(name)) return { kind: name as PlainKind, logical: null }
    const type = this.#named.get(fullName(name, namespace)) ?? this.#named.get(name)
    if (type === undefined) throw new SchemaTrouble(`type "${clipped(name)}" is not defined`)
    return type
  }

  #annotated(object: JsonObject, namespace: string, depth: number): AvroSchema {
    const schema = this.parse(object['type'], namespace, depth + 1)
    if (!isLogical(object)) return schema
    return 'logical' in schema && schema.kind !== 'fixed' ? { kind: schema.kind, logical: logicalOf(object, schema.kind) } : schema
  }

  #union(branches: readonly unknown[], namespace: string, depth: number): AvroSchema {
    const parsed = branches.map((branch) => this.parse(branch, namespace, depth + 1))
    const names = parsed.map((branch) => ('name' in branch ? branch.name : branch.kind))
    if (parsed.some((branch) => branch.kind === 'union')) throw new SchemaTrouble('a union lies directly in a union')
    if (new Set(names).size < names.length) throw new SchemaTrouble('a union has two branches of the same type')
    return { kind: 'union', branches: parsed }
  }

  #record(object: JsonObject, namespace: string, depth: number): AvroSchema {
    const name = this.#nameOf(object, namespace)
    const fields: AvroField[] = []
    const record: RecordSchema = { kind: 'record', name, fields }
    this.#define(record)
    const given = object['fields']
    if (!Array.isArray(given)) throw new SchemaTrouble(`record "${clipped(name)}" has no fields`)
    const taken = new Set<string>()
    for (const field of given as readonly JsonObject[]) {
      const parsed = this.#field(field, namespaceOf(name), depth)
      if (taken.has(parsed.name)) throw new SchemaTrouble(`record "${clipped(name)}" has two fields "${clipped(parsed.name)}"`)
      taken.add(parsed.name)
      fields.push(parsed)
    }
    return record
  }

  #field(field: JsonObject | null, namespace: string, depth: number): AvroField {
    const name = field?.['name']
    if (field === null || typeof name !== 'string') throw new SchemaTrouble('a field has no name')
    return {
      name,
      aliases: texts(field['aliases']),
      schema: this.parse(field['type'], namespace, depth + 1),
      fallback: Object.hasOwn(field, 'default') ? { json: field['default'] } : null,
    }
  }

  #enum(object: JsonObject, namespace: string): AvroSchema {
    const name = this.#nameOf(object, namespace)
    const symbols = texts(object['symbols'])
    if (symbols.length === 0 || new Set(symbols).size < symbols.length) {
      throw new SchemaTrouble(`enum "${clipped(name)}" has no symbols, or the same twice`)
    }
    const fallback = object['default']
    return this.#define({
      kind: 'enum',
      name,
      symbols,
      fallback: typeof fallback === 'string' && symbols.includes(fallback) ? fallback : null,
    })
  }

  #fixed(object: JsonObject, namespace: string): AvroSchema {
    const name = this.#nameOf(object, namespace)
    const size = object['size']
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size >= 2 ** 31) {
      throw new SchemaTrouble(`fixed "${clipped(name)}" has no size that fits`)
    }
    return this.#define({ kind: 'fixed', name, size, logical: isLogical(object) ? logicalOf(object, 'fixed', size) : null })
  }

  #define<T extends RecordSchema | EnumSchema | FixedSchema>(type: T): T {
    if (this.#named.has(type.name)) throw new SchemaTrouble(`type "${clipped(type.name)}" is defined twice`)
    this.#named.set(type.name, type)
    return type
  }

  #nameOf(object: JsonObject, namespace: string): string {
    const { name, namespace: own } = object
    if (typeof name !== 'string' || name === '') throw new SchemaTrouble('a named type has no name')
    const full = fullName(name, typeof own === 'string' ? own : namespace)
    if (plainKinds.includes(full)) throw new SchemaTrouble(`type "${full}" has the name of a plain type`)
    return full
  }
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`
}

function namespaceOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')))
}

function texts(json: unknown): string[] {
  return Array.isArray(json) ? json.filter((item) => typeof item === 'string') : []
}

function clipped(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function shown(json: unknown): string {
  return json === undefined ? 'nothing' : `a ${json === null ? 'null' : typeof json}`
}
