/** JARs made by hand, for tests: files that are stored as they are. */
import { crc32 } from 'node:zlib'

/** The bytes of a zip file of these entries, in the order given; `long` writes its end in the form for large files. */
export function jarOf(entries: Readonly<Record<string, string>>, { long = false, comment = '' } = {}): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let place = 0
  for (const [name, content] of Object.entries(entries)) {
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04_03_4b_50)
    const sizes = [crc32(content), Buffer.byteLength(content), Buffer.byteLength(content)]
    for (const [index, size] of sizes.entries()) head.writeUInt32LE(size, 14 + 4 * index)
    head.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02_01_4b_50)
    for (const [index, size] of sizes.entries()) entry.writeUInt32LE(size, 16 + 4 * index)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(place, 42)
    files.push(head, Buffer.from(name), Buffer.from(content))
    directory.push(entry, Buffer.from(name))
    place += head.length + name.length + Buffer.byteLength(content)
  }
  const bytes = Buffer.concat(directory).length
  const count = directory.length / 2
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06_05_4b_50)
  for (const at of [8, 10]) end.writeUInt16LE(long ? 0xff_ff : count, at)
  end.writeUInt32LE(long ? 0xff_ff_ff_ff : bytes, 12)
  end.writeUInt32LE(long ? 0xff_ff_ff_ff : place, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...files, ...directory, ...(long ? [longEnd(place, bytes)] : []), end, Buffer.from(comment)])
}

function longEnd(place: number, bytes: number): Buffer {
  const end = Buffer.alloc(56 + 20)
  end.writeUInt32LE(0x06_06_4b_50)
  end.writeBigUInt64LE(BigInt(bytes), 40)
  end.writeBigUInt64LE(BigInt(place), 48)
  end.writeUInt32LE(0x07_06_4b_50, 56)
  end.writeBigUInt64LE(BigInt(place + bytes), 64)
  return end
}
