/**
 * Aggregate functions. The result is nullable when the argument is; whoever groups without keys, or filters, makes it nullable besides.
 *
 *     COUNT()                                                    all rows: COUNT(*)
 *     LISTAGG(text [, separator literal])
 *     JSON_OBJECTAGG('NULL' | 'ABSENT' on null, form, key, value)     form: `v` or `j`, see json.ts
 *     JSON_ARRAYAGG('NULL' | 'ABSENT' on null, form, value)
 */
import {
  bigintType,
  type DataType,
  decimalAverageType,
  decimalSumAggregateType,
  doubleType,
  familyOf,
  isNumeric,
  stringType,
  type TypeFamily,
} from '#data'
import { bitmapAggregates } from './bitmap.ts'
import {
  anything,
  arrayOf,
  double,
  integer,
  literalText,
  notNull,
  number,
  type Parameter,
  signature,
  text,
  typeOf,
  word,
} from './parameters.ts'
import type { Argument, Signature } from './signature.ts'

const onNull = word('NULL', 'ABSENT')
const unordered: readonly TypeFamily[] = ['collection', 'row', 'bytes', 'bitmap', 'variant', 'interval']
const comparable: Parameter = ({ type }) => (unordered.includes(familyOf(type)) ? null : type)

export const aggregateSignatures = {
  COUNT: signature('COUNT(*) or COUNT([DISTINCT] value)', [], notNull(bigintType), { rest: anything, nulls: 'custom' }),
  SUM: signature('SUM([DISTINCT] number)', [number], summed),
  AVG: signature('AVG([DISTINCT] number)', [number], averaged),
  MIN: signature('MIN(value)', [comparable], typeOf(0)),
  MAX: signature('MAX(value)', [comparable], typeOf(0)),
  STDDEV_POP: signature('STDDEV_POP([DISTINCT] number)', [number], averaged),
  STDDEV_SAMP: signature('STDDEV_SAMP([DISTINCT] number)', [number], averaged, { givesNull: true }),
  VAR_POP: signature('VAR_POP([DISTINCT] number)', [number], averaged),
  VAR_SAMP: signature('VAR_SAMP([DISTINCT] number)', [number], averaged, { givesNull: true }),
  FIRST_VALUE: signature('FIRST_VALUE(value)', [anything], typeOf(0)),
  LAST_VALUE: signature('LAST_VALUE(value)', [anything], typeOf(0)),
  LISTAGG: signature('LISTAGG([DISTINCT] string [, separator])', [text, literalText], typeOf(0), { optional: 1 }),
  COLLECT: signature('COLLECT([DISTINCT] value)', [anything], ([type]) => multisetOf(type), { nulls: 'custom' }),
  ARRAY_AGG: signature('ARRAY_AGG([DISTINCT] value)', [anything], ([type]) => (type === undefined ? null : arrayOf(type))),
  JSON_OBJECTAGG: signature(
    'JSON_OBJECTAGG([KEY] key VALUE value [{NULL | ABSENT} ON NULL])',
    [onNull, literalText, text, anything],
    notNull(stringType),
    {
      nulls: 'custom',
    },
  ),
  JSON_ARRAYAGG: signature('JSON_ARRAYAGG(value [{NULL | ABSENT} ON NULL])', [onNull, literalText, anything], notNull(stringType), {
    nulls: 'custom',
  }),
  PERCENTILE: signature('PERCENTILE([DISTINCT] number, percentage [, frequency])', [double, percentages, integer], percentile, {
    optional: 1,
    givesNull: true,
  }),
  ...bitmapAggregates,
  /** The only value of a subquery; more than one is an error. Not for people to call. */
  SINGLE_VALUE: signature('SINGLE_VALUE(value)', [anything], typeOf(0), { givesNull: true }),
  /** Its types come from the function's own declaration (tables.ts). */
  USER_AGGREGATE: signature('function(value1, value2, …)', [], { kind: 'null', nullable: true }, { rest: anything, nulls: 'custom' }),
} satisfies Record<string, Signature>

/** A sum is of its argument's type, save that a decimal gets all digits there are. */
function summed([type]: readonly DataType[]): DataType | null {
  return type?.kind === 'decimal' ? decimalSumAggregateType(type) : (type ?? null)
}

/** So are averages and deviations: those of whole numbers are cut to whole numbers. */
function averaged([type]: readonly DataType[]): DataType | null {
  return type?.kind === 'decimal' ? decimalAverageType(type) : (type ?? null)
}

/** One from 0 to 1, or a list of such; never NULL. */
function percentages({ type, literal }: Argument): DataType | null {
  if (type.nullable || (literal !== undefined && !isShare(type, literal))) return null
  if (type.kind === 'array') return isNumeric(type.element) && !type.element.nullable ? notNull(arrayOf(notNull(doubleType))) : null
  return isNumeric(type) ? notNull(doubleType) : null
}

function isShare(type: DataType, literal: unknown): boolean {
  const value = Number(literal) / 10 ** (type.kind === 'decimal' ? type.scale : 0)
  return value >= 0 && value <= 1
}

function percentile([, wanted]: readonly DataType[]): DataType {
  return wanted?.kind === 'array' ? arrayOf(doubleType) : doubleType
}

function multisetOf(type: DataType | undefined): DataType | null {
  return type === undefined ? null : { kind: 'multiset', element: type, nullable: false }
}
