/** Digests of texts, in lower-case hexadecimal digits, and buckets of values. */
import { integerType } from '#data'
import { anything, integer, notNull, signature, text } from './parameters.ts'
import type { Signature } from './signature.ts'

export const hashSignatures = {
  MD5: digest('MD5', 32),
  SHA1: digest('SHA1', 40),
  SHA224: digest('SHA224', 56),
  SHA256: digest('SHA256', 64),
  SHA384: digest('SHA384', 96),
  SHA512: digest('SHA512', 128),
  /** The bucket of some values together, counted from 0; equal values have the same, NULL included. */
  BUCKET: signature('BUCKET(count, value1, value2, …)', [integer], notNull(integerType), { rest: anything, nulls: 'custom' }),
  SHA2: signature('SHA2(string, bits)', [text, integer], { kind: 'varchar', length: 128, nullable: true }),
} satisfies Record<string, Signature>

function digest(name: string, length: number): Signature {
  return signature(`${name}(string)`, [text], { kind: 'char', length, nullable: true })
}
