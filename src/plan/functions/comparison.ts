/** Comparisons: both sides are converted to the type that they have in common. */
import { booleanType, commonType, type DataType, familyOf, isNumeric, withNullable } from '#data'
import { anything, argumentsMax, notNull, signature, signatureTogether, text, together } from './parameters.ts'
import type { Argument, Signature } from './signature.ts'

export const comparisonSignatures = {
  '=': comparison('=', 'equality'),
  '<>': comparison('<>', 'equality'),
  '<': comparison('<', 'order'),
  '<=': comparison('<=', 'order'),
  '>': comparison('>', 'order'),
  '>=': comparison('>=', 'order'),
  'IS DISTINCT FROM': nullSafe('value1 IS DISTINCT FROM value2'),
  'IS NOT DISTINCT FROM': nullSafe('value1 IS NOT DISTINCT FROM value2'),
  'IS NULL': signature('value IS NULL', [anything], notNull(booleanType), { nulls: 'custom' }),
  'IS NOT NULL': signature('value IS NOT NULL', [anything], notNull(booleanType), { nulls: 'custom' }),
  IN: signatureTogether(
    'value IN (value1, value2, …)',
    [2, argumentsMax],
    (args) => compared(args, 'equality'),
    (types) =>
      withNullable(
        booleanType,
        types.some((type) => type.nullable),
      ),
    { nulls: 'custom' },
  ),
  LIKE: signature("string LIKE pattern [ESCAPE 'c']", [text, text, text], booleanType, { optional: 1 }),
  'SIMILAR TO': signature("string SIMILAR TO pattern [ESCAPE 'c']", [text, text, text], booleanType, { optional: 1 }),
} satisfies Record<string, Signature>

function comparison(symbol: string, need: 'equality' | 'order'): Signature {
  return signatureTogether(`value1 ${symbol} value2`, [2, 2], (args) => compared(args, need), booleanType)
}

function nullSafe(usage: string): Signature {
  return signatureTogether(usage, [2, 2], (args) => compared(args, 'equality'), notNull(booleanType), { nulls: 'custom' })
}

/** Texts are converted to the date, time or timestamp that they stand beside, but never to a number. */
function compared(args: readonly Argument[], need: 'equality' | 'order'): readonly DataType[] | null {
  const types = args.map((argument) => argument.type)
  const known = types.find((type) => type.kind !== 'null')
  const temporal = types.filter((type) => ['date', 'time', 'timestamp'].includes(familyOf(type)))
  if (temporal.length > 0 && types.some((type) => familyOf(type) === 'text')) {
    if (!types.every((type) => ['date', 'time', 'timestamp', 'text', 'null'].includes(familyOf(type)))) return null
    const common = commonType(temporal)
    return common === null ? null : types.map((type) => withNullable(common, type.nullable))
  }
  if (!types.every((type) => type.kind === 'null' || comparableGroup(type) === comparableGroup(known))) return null
  const converted = together(args)
  if (converted === null || need === 'equality') return converted
  return converted.every((type) => !['collection', 'row', 'bitmap', 'variant'].includes(familyOf(type))) ? converted : null
}

/** Values are only compared with their like: a date is no timestamp here, and months are no days. */
function comparableGroup(type: DataType | undefined): string | undefined {
  if (type === undefined) return undefined
  const family = familyOf(type)
  if (isNumeric(type)) return 'number'
  return family === 'interval' || family === 'collection' ? type.kind : family
}
