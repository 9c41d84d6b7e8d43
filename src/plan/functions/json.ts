/**
 * JSON functions. The clauses inside their parentheses are arguments:
 *
 *     JSON_VALUE(text, path)        or with clauses all of (text, path, typed NULL of the RETURNING type,
 *                                   'NULL' | 'ERROR' | 'DEFAULT' on empty, its default or NULL, the same two on error)
 *     JSON_QUERY(text, path)        or (text, path, 'WITHOUT' | 'CONDITIONAL' | 'UNCONDITIONAL' wrapper,
 *                                   'NULL' | 'EMPTY ARRAY' | 'EMPTY OBJECT' | 'ERROR' on empty, the same on error
 *                                   [, typed NULL of the RETURNING type])
 *     JSON_EXISTS(text, path [, 'TRUE' | 'FALSE' | 'UNKNOWN' | 'ERROR' on error])
 *     JSON_OBJECT('NULL' | 'ABSENT' on null, forms, key1, value1, …)
 *     JSON_ARRAY('NULL' | 'ABSENT' on null, forms, value1, …)
 *
 * `forms` is a text literal with a letter for each value: `v` for a value of SQL, `j` for JSON text that is inserted as it is, because
 * the value is itself a call of JSON_OBJECT, JSON_ARRAY or JSON.
 */
import { booleanType, type DataType, familyOf, stringType, variantType } from '#data'
import { anything, boolean, literalText, notNull, nullable, type Parameter, signature, text, word } from './parameters.ts'
import type { Argument, Signature } from './signature.ts'

const valueBehaviours = word('NULL', 'ERROR', 'DEFAULT')
const queryBehaviours = word('NULL', 'EMPTY ARRAY', 'EMPTY OBJECT', 'ERROR')

/** Dates, times of day and intervals have no form in JSON, and keys must be texts. */
const jsonable: Parameter = ({ type }) => (hasJsonForm(type) ? type : null)

function hasJsonForm(type: DataType): boolean {
  if (type.kind === 'array') return hasJsonForm(type.element)
  if (type.kind === 'multiset') return familyOf(type.element) === 'text'
  if (type.kind === 'map') return familyOf(type.key) === 'text' && hasJsonForm(type.value)
  if (type.kind === 'row') return type.fields.every((field) => hasJsonForm(field.type))
  return !['date', 'time', 'interval', 'bitmap'].includes(familyOf(type))
}

export const jsonSignatures = {
  JSON_VALUE: withArity(
    [2, 7],
    signature(
      'JSON_VALUE(json, path [RETURNING type] [{NULL | ERROR | DEFAULT value} ON EMPTY] [{NULL | ERROR | DEFAULT value} ON ERROR])',
      [text, text, anything, valueBehaviours, anything, valueBehaviours, anything],
      returning,
      { nulls: 'custom', optional: 5 },
    ),
  ),
  JSON_QUERY: signature(
    'JSON_QUERY(json, path [RETURNING type] [wrapper] [behaviour ON EMPTY] [behaviour ON ERROR])',
    [text, text, word('WITHOUT', 'CONDITIONAL', 'UNCONDITIONAL'), queryBehaviours, queryBehaviours, anything],
    (types) => nullable(types[5] ?? stringType),
    { nulls: 'custom', optional: 4 },
  ),
  JSON_EXISTS: signature(
    'JSON_EXISTS(json, path [{TRUE | FALSE | UNKNOWN | ERROR} ON ERROR])',
    [text, text, word('TRUE', 'FALSE', 'UNKNOWN', 'ERROR')],
    booleanType,
    { optional: 1, givesNull: true },
  ),
  JSON_STRING: signature('JSON_STRING(value)', [jsonable], stringType),
  JSON_OBJECT: signature(
    'JSON_OBJECT([KEY key VALUE value, …] [{NULL | ABSENT} ON NULL])',
    [word('NULL', 'ABSENT'), literalText],
    notNull(stringType),
    {
      rest: jsonable,
      nulls: 'custom',
    },
  ),
  JSON_ARRAY: signature('JSON_ARRAY([value, …] [{NULL | ABSENT} ON NULL])', [word('NULL', 'ABSENT'), literalText], notNull(stringType), {
    rest: jsonable,
    nulls: 'custom',
  }),
  JSON: signature('JSON(string)', [text], stringType),
  PARSE_JSON: signature('PARSE_JSON(string [, allowDuplicateKeys])', [text, boolean], variantType, { optional: 1 }),
  TRY_PARSE_JSON: signature('TRY_PARSE_JSON(string [, allowDuplicateKeys])', [text, boolean], variantType, {
    optional: 1,
    givesNull: true,
  }),
  JSON_QUOTE: signature('JSON_QUOTE(string)', [text], stringType),
  JSON_UNQUOTE: signature('JSON_UNQUOTE(string)', [text], stringType),
  'IS JSON VALUE': isJson('VALUE'),
  'IS JSON OBJECT': isJson('OBJECT'),
  'IS JSON ARRAY': isJson('ARRAY'),
  'IS JSON SCALAR': isJson('SCALAR'),
} satisfies Record<string, Signature>

function isJson(kind: string): Signature {
  return signature(`string IS JSON ${kind}`, [text], notNull(booleanType), { nulls: 'custom' })
}

const returnable: readonly DataType['kind'][] = ['char', 'varchar', 'boolean', 'integer', 'double']

/** The type of the third argument, which stands for the RETURNING clause. */
function returning(types: readonly DataType[], args: readonly Argument[]): DataType | null {
  if (types.length !== 2 && types.length !== 7) return null
  const type = types[2] ?? stringType
  return args[2] !== undefined && !returnable.includes(type.kind) ? null : nullable(type)
}

function withArity(arity: Signature['arity'], row: Signature): Signature {
  return { ...row, arity }
}
