/** CRC-32C, which a batch of records bears of its own bytes. */
import { crc32c, Writer } from '@platformatic/kafka'

/** The library would copy a plain array first. */
export function checksum(bytes: Uint8Array): number {
  return crc32c(Writer.create().append(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).dynamicBuffer)
}
