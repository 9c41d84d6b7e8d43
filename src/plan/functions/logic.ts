/** Three-valued logic. AND and OR take two or more conditions. */
import { booleanType, withNullable } from '#data'
import { boolean, notNull, signature } from './parameters.ts'
import type { Signature } from './signature.ts'

export const logicSignatures = {
  AND: connective('AND'),
  OR: connective('OR'),
  NOT: signature('NOT condition', [boolean], booleanType),
  'IS TRUE': test('IS TRUE'),
  'IS NOT TRUE': test('IS NOT TRUE'),
  'IS FALSE': test('IS FALSE'),
  'IS NOT FALSE': test('IS NOT FALSE'),
} satisfies Record<string, Signature>

function connective(name: string): Signature {
  return signature(
    `condition1 ${name} condition2`,
    [boolean, boolean],
    (types) =>
      withNullable(
        booleanType,
        types.some((type) => type.nullable),
      ),
    { rest: boolean, nulls: 'custom' },
  )
}

function test(name: string): Signature {
  return signature(`condition ${name}`, [boolean], notNull(booleanType), { nulls: 'custom' })
}
