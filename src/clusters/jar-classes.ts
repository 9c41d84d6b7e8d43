/** What classes lie in JARs, from the central directories of these zip files: two JARs with other bytes under one name do not go together. */
import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
import { clusterErrors } from './errors.ts'

const endBytes = 22
const commentBytesMax = 65_535
const endMark = 0x06_05_4b_50
const longLocatorBytes = 20
const longLocatorMark = 0x07_06_4b_50
const longEndBytes = 56
const longEndMark = 0x06_06_4b_50
const entryBytes = 46
const entryMark = 0x02_01_4b_50
/** What stands in the short fields of a file whose true ones are the long ones. */
const longCount = 0xff_ff
const longPlace = 0xff_ff_ff_ff

/**
 * The CRC-32 of each class by the name of its file in the JAR, such as `a/B.class`; those of `META-INF/` and of modules are left out, of
 * which each JAR has its own. Fails on what is no zip file (CLUSTER_JAR).
 */
export async function classesIn(jar: string): Promise<ReadonlyMap<string, number>> {
  const file = await open(jar)
  try {
    return readEntries(await readDirectory(file, jar), jar)
  } finally {
    await file.close()
  }
}

/** The bytes of the central directory. */
async function readDirectory(file: FileHandle, jar: string): Promise<Buffer> {
  const { size } = await file.stat()
  const tailStart = Math.max(0, size - endBytes - commentBytesMax - longLocatorBytes)
  const tail = await readAt(file, jar, tailStart, size - tailStart)
  let end = tail.length - endBytes
  while (end >= 0 && tail.readUInt32LE(end) !== endMark) end--
  if (end < 0) throw clusterErrors.CLUSTER_JAR({ path: jar })
  const short = { bytes: tail.readUInt32LE(end + 12), place: tail.readUInt32LE(end + 16) }
  const isLong = tail.readUInt16LE(end + 10) === longCount || short.place === longPlace || short.bytes === longPlace
  const locator = end - longLocatorBytes
  if (!isLong || locator < 0 || tail.readUInt32LE(locator) !== longLocatorMark) return readAt(file, jar, short.place, short.bytes)
  const longEnd = await readAt(file, jar, Number(tail.readBigUInt64LE(locator + 8)), longEndBytes)
  if (longEnd.readUInt32LE(0) !== longEndMark) throw clusterErrors.CLUSTER_JAR({ path: jar })
  return readAt(file, jar, Number(longEnd.readBigUInt64LE(48)), Number(longEnd.readBigUInt64LE(40)))
}

/** Fails where the file has not so many bytes there. */
async function readAt(file: FileHandle, jar: string, place: number, bytes: number): Promise<Buffer> {
  const { size } = await file.stat()
  if (!(place + bytes <= size)) throw clusterErrors.CLUSTER_JAR({ path: jar })
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, place)
  if (bytesRead < bytes) throw clusterErrors.CLUSTER_JAR({ path: jar })
  return buffer
}

function readEntries(directory: Buffer, jar: string): Map<string, number> {
  const classes = new Map<string, number>()
  for (let at = 0; at + entryBytes <= directory.length; ) {
    if (directory.readUInt32LE(at) !== entryMark) throw clusterErrors.CLUSTER_JAR({ path: jar })
    const nameEnd = at + entryBytes + directory.readUInt16LE(at + 28)
    const name = directory.toString('utf8', at + entryBytes, nameEnd)
    if (/^(?!META-INF\/)(?!.*module-info\.class$).*\.class$/.test(name)) classes.set(name, directory.readUInt32LE(at + 16))
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return classes
}

/**
 * Fails where a JAR has a class that another one has with other bytes (CLUSTER_JAR_CLASH): which of the two would be loaded is chance.
 *
 * @param jars are added
 * @param present are there already; among themselves they are not compared
 */
export async function checkClasses(jars: readonly string[], present: readonly string[]): Promise<void> {
  const owners = new Map<string, { readonly jar: string; readonly sum: number }>()
  for (const [index, jar] of [...present, ...jars].entries()) {
    for (const [name, sum] of await classesIn(jar)) {
      const owner = owners.get(name)
      if (owner === undefined) owners.set(name, { jar, sum })
      else if (owner.sum !== sum && index >= present.length) {
        const className = name.replace(/\.class$/, '').replaceAll('/', '.')
        throw clusterErrors.CLUSTER_JAR_CLASH({ one: path.basename(owner.jar), other: path.basename(jar), className })
      }
    }
  }
}
