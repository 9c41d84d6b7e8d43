/**
 * Ids that Flink gives to the operators of a job, computed from its graph alone: a node is hashed with how many were hashed before it, once
 * more for each output that is chained to it, and mixed with the hashes of its inputs. The head of a chain gives the vertex its id.
 * Source: Flink's StreamGraphHasherV2; murmur3 of 128 bits in its x64 form, seed 0.
 */

const mask = 0xffff_ffff_ffff_ffffn
const c1 = 0x87c3_7b91_1142_53d5n
const c2 = 0x4cf5_ad43_2745_937fn

/** @param inputs hashes of the inputs, in their order */
export function operatorHash(hashedBefore: number, chainedOutputs: number, inputs: readonly Uint8Array[]): Uint8Array {
  const numbers = new DataView(new ArrayBuffer(4 * (1 + chainedOutputs)))
  for (let at = 0; at <= chainedOutputs; at++) numbers.setInt32(4 * at, hashedBefore, true)
  const hash = murmur128(new Uint8Array(numbers.buffer))
  for (const input of inputs) for (const [at, byte] of hash.entries()) hash[at] = (byte * 37) ^ (input[at] as number)
  return hash
}

export function murmur128(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let [h1, h2] = [0n, 0n]
  const blocks = Math.floor(bytes.length / 16)
  for (let block = 0; block < blocks; block++) {
    h1 ^= mixed(view.getBigUint64(16 * block, true), c1, 31n, c2)
    h1 = ((rotated(h1, 27n) + h2) * 5n + 0x52dc_e729n) & mask
    h2 ^= mixed(view.getBigUint64(16 * block + 8, true), c2, 33n, c1)
    h2 = ((rotated(h2, 31n) + h1) * 5n + 0x3849_5ab5n) & mask
  }
  const tail = bytes.subarray(16 * blocks)
  h2 ^= mixed(numberOf(tail.subarray(8)), c2, 33n, c1)
  h1 ^= mixed(numberOf(tail.subarray(0, 8)), c1, 31n, c2)
  h1 ^= BigInt(bytes.length)
  h2 ^= BigInt(bytes.length)
  h1 = (h1 + h2) & mask
  h2 = (h2 + h1) & mask
  h1 = finished(h1)
  h2 = finished(h2)
  h1 = (h1 + h2) & mask
  h2 = (h2 + h1) & mask
  const out = new DataView(new ArrayBuffer(16))
  out.setBigUint64(0, h1, true)
  out.setBigUint64(8, h2, true)
  return new Uint8Array(out.buffer)
}

function mixed(value: bigint, first: bigint, turn: bigint, second: bigint): bigint {
  return (rotated((value * first) & mask, turn) * second) & mask
}

function rotated(value: bigint, by: bigint): bigint {
  return ((value << by) | (value >> (64n - by))) & mask
}

function finished(value: bigint): bigint {
  let mixing = value
  mixing = ((mixing ^ (mixing >> 33n)) * 0xff51_afd7_ed55_8ccdn) & mask
  mixing = ((mixing ^ (mixing >> 33n)) * 0xc4ce_b9fe_1a85_ec53n) & mask
  return mixing ^ (mixing >> 33n)
}

/** Of up to eight bytes, the least first. */
function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}
