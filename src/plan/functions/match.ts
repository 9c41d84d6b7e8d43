/**
 * Functions that only have a meaning inside MATCH_RECOGNIZE, where the relation computes them. FIRST and LAST take (variable literal,
 * value [, offset literal]): the value in the first or last row, or offset rows from it, that was matched to the variable.
 */
import { timestampLtzType } from '#data'
import { anything, integer, literalText, nullable, type Parameter, signature } from './parameters.ts'
import type { Signature } from './signature.ts'

const literalOffset: Parameter = (argument) => (typeof argument.literal === 'number' ? integer(argument) : null)

export const matchSignatures = {
  FIRST: navigation('FIRST'),
  LAST: navigation('LAST'),
  MATCH_ROWTIME: signature('MATCH_ROWTIME([rowtime])', [anything], ([type]) => nullable(type ?? timestampLtzType), {
    optional: 1,
    nulls: 'custom',
    determinism: 'row',
  }),
  MATCH_PROCTIME: signature('MATCH_PROCTIME()', [], timestampLtzType, { determinism: 'row' }),
} satisfies Record<string, Signature>

function navigation(name: string): Signature {
  return signature(
    `${name}(variable.column [, offset])`,
    [literalText, anything, literalOffset],
    ([, value]) => (value === undefined ? null : nullable(value)),
    {
      optional: 1,
      nulls: 'custom',
      determinism: 'row',
    },
  )
}
