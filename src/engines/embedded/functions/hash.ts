/** Digests of the UTF-8 bytes of texts, and buckets of values. */
import { createHash } from 'node:crypto'
import { hashCombine, hasher } from '#data'
import { functionErrors } from './errors.ts'
import type { Evaluation } from './evaluation.ts'

export const hashEvaluations = {
  MD5: () => digest('md5'),
  SHA1: () => digest('sha1'),
  SHA224: () => digest('sha224'),
  SHA256: () => digest('sha256'),
  SHA384: () => digest('sha384'),
  SHA512: () => digest('sha512'),
  BUCKET: ({ arguments: [, ...types] }) => {
    const hashes = types.map(hasher)
    return (count: number, ...values: unknown[]) =>
      (values.reduce<number>((hash, value, index) => hashCombine(hash, hashes[index]?.(value) ?? 0), 0) >>> 0) % count
  },
  SHA2: () => (text: string, bits: number) => {
    if (![224, 256, 384, 512].includes(bits)) {
      throw functionErrors.ENGINE_ARGUMENT_REFUSED({ function: 'SHA2', argument: `${bits} bits` }, { hint: 'Use 224, 256, 384 or 512.' })
    }
    return digest(`sha${bits}`)(text)
  },
} satisfies Record<string, Evaluation>

function digest(algorithm: string): (text: string) => string {
  return (text) => createHash(algorithm).update(text, 'utf8').digest('hex')
}
