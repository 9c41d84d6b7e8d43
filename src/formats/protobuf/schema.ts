/**
 * Reads Protobuf schemas: text or descriptor sets. The parser is a package; what it is given is bounded first, so that no schema, whatever
 * it was made for, takes long or much memory.
 */

import protobuf from 'protobufjs'
import descriptor from 'protobufjs/ext/descriptor.js'
import { closeNames, listed } from '#base'
import { protobufErrors } from './errors.ts'
import { type DescribedFiles, Effort, measureFiles, measureText, SchemaTrouble } from './schema-effort.ts'

export type ProtobufType = InstanceType<typeof protobuf.Type>
export type ProtobufField = InstanceType<typeof protobuf.Field>
type Root = InstanceType<typeof protobuf.Root>

/** How files are found; every one is bounded by so many bytes. */
export interface SchemaFiles {
  /** The bytes of the schema itself. */
  main(bytesMax: number): Uint8Array
  /** Those of an import; null where there is none of the name. */
  imported(name: string, bytesMax: number): Uint8Array | null
}

/** All files together. */
const bytesMax = 1024 * 1024
const filesMax = 500

export function readSchema(files: SchemaFiles): Root {
  const main = files.main(bytesMax)
  const isText = !main.subarray(0, 1024).some((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13)
  try {
    return isText ? parseText(main, files) : parseDescriptors(main)
  } catch (error) {
    if (error instanceof SchemaTrouble) throw error
    throw new SchemaTrouble(`The parser says: ${error instanceof Error ? error.message.slice(0, 300) : 'no.'}`)
  }
}

function parseText(main: Uint8Array, files: SchemaFiles): Root {
  const root = new protobuf.Root()
  const waiting = [main]
  const seen = new Set<string>()
  const parsed = new Set<string>()
  let bytes = 0
  const effort = new Effort()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    bytes += next.length
    const text = Buffer.from(next).toString('utf8')
    // The same file may have come by another name, as the first one has when it is imported itself.
    if (parsed.has(text)) continue
    parsed.add(text)
    if (bytes > bytesMax) throw new SchemaTrouble(`It has more than ${bytesMax} bytes, with all that it imports.`)
    measureText(text, effort)
    const { imports = [], weakImports = [] } = protobuf.parse(text, root, { keepCase: true })
    for (const name of [...imports, ...weakImports]) {
      if (seen.has(name)) continue
      seen.add(name)
      if (seen.size > filesMax) throw new SchemaTrouble(`It imports more than ${filesMax} files.`)
      const found = files.imported(name, bytesMax)
      if (found !== null) waiting.push(found)
      else if (!addBundled(root, name)) throw new SchemaTrouble(`It imports "${name.slice(0, 200)}", which does not exist.`)
    }
  }
  root.resolveAll()
  return root
}

/** The well-known types, such as google/protobuf/timestamp.proto. */
function addBundled(root: Root, name: string): boolean {
  const json = protobuf.common.get(name)
  if (json?.nested === undefined) return name === 'google/protobuf/descriptor.proto'
  root.addJSON(json.nested)
  return true
}

function parseDescriptors(bytes: Uint8Array): Root {
  const set = descriptor.FileDescriptorSet.decode(bytes) as protobuf.Message & DescribedFiles
  measureFiles(set, new Effort())
  return protobuf.Root.fromDescriptor(set as never, { keepCase: true })
}

/** A message by its full name, or by that of its Java class as Flink has it: `com.example.Outer$Inner`. */
export function findMessage(root: Root, name: string, table: string): ProtobufType {
  const messages = new Map<string, ProtobufType>()
  collectMessages(root, messages)
  const plain = name.replaceAll('$', '.')
  const exact = messages.get(plain)
  if (exact !== undefined) return exact
  // A class is in a package of its own, and in a class for its file: only the end of its name is that of the message.
  const words = plain.split('.')
  for (let first = 0; first < words.length; first++) {
    const end = words.slice(first).join('.')
    const found = [...messages].filter(([full]) => full === end || full.endsWith(`.${end}`))
    if (found.length === 1) return (found[0] as [string, ProtobufType])[1]
  }
  const names = [...messages.keys()]
  const [nearest] = closeNames(name, names, 1)
  throw protobufErrors.FORMATS_PROTOBUF_MESSAGE_NOT_FOUND(
    { name, table },
    { detail: `Its messages are ${listed(names.slice(0, 20))}.`, hint: nearest === undefined ? undefined : `Use "${nearest}".` },
  )
}

function collectMessages(namespace: protobuf.NamespaceBase, into: Map<string, ProtobufType>): void {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof protobuf.Type) into.set(nested.fullName.slice(1), nested)
    if (nested instanceof protobuf.Namespace) collectMessages(nested, into)
  }
}

export function isMessage(type: unknown): type is ProtobufType {
  return type instanceof protobuf.Type
}
/** The type of a map's keys; null where the field is no map. */
export function keyTypeOf(field: ProtobufField): string | null {
  return field instanceof protobuf.MapField ? field.keyType : null
}
export function enumValues(type: unknown): ReadonlyMap<string, number> | null {
  return type instanceof protobuf.Enum ? new Map(Object.entries(type.values)) : null
}
