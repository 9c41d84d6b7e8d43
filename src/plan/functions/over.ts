/** Functions that only make sense over a window of ordered rows. LAG and LEAD take (value [, offset literal [, default]]). */
import { bigintType, commonType, type DataType, doubleType, withNullable } from '#data'
import { anything, integer, notNull, type Parameter, signature } from './parameters.ts'
import type { Argument, Signature } from './signature.ts'

const rank = (name: string): Signature => signature(`${name}()`, [], notNull(bigintType))
const share = (name: string): Signature => signature(`${name}()`, [], notNull(doubleType))

const literalCount: Parameter = (argument) => (typeof argument.literal === 'number' && argument.literal > 0 ? integer(argument) : null)
const literalOffset: Parameter = (argument) => (typeof argument.literal === 'number' ? integer(argument) : null)

export const overSignatures = {
  ROW_NUMBER: rank('ROW_NUMBER'),
  RANK: rank('RANK'),
  DENSE_RANK: rank('DENSE_RANK'),
  PERCENT_RANK: share('PERCENT_RANK'),
  CUME_DIST: share('CUME_DIST'),
  NTILE: signature('NTILE(buckets)', [literalCount], notNull(bigintType)),
  LAG: neighbour('LAG'),
  LEAD: neighbour('LEAD'),
} satisfies Record<string, Signature>

function neighbour(name: string): Signature {
  const row = signature(`${name}(value [, offset [, default]])`, [anything, literalOffset, anything], neighbourType, {
    optional: 2,
    nulls: 'custom',
  })
  return { ...row, resolve: (args) => withDefaultConverted(row.resolve(args), args) }
}

/** Only a default that is never NULL rules NULL out. */
function neighbourType([value, , otherwise]: readonly DataType[]): DataType | null {
  return value === undefined ? null : withNullable(value, otherwise === undefined || otherwise.nullable || value.nullable)
}

function withDefaultConverted(resolution: ReturnType<Signature['resolve']>, args: readonly Argument[]): ReturnType<Signature['resolve']> {
  const [value, offset, otherwise] = resolution?.arguments ?? []
  if (resolution === null || value === undefined || offset === undefined || otherwise === undefined) return resolution
  if (commonType([value, otherwise]) === null) return null
  return { ...resolution, arguments: [value, offset, withNullable(value, args[2]?.type.nullable ?? true)] }
}
