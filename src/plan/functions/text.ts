/** Functions on texts. Positions count from 1. */
import { booleanType, bytesType, commonType, type DataType, integerType, stringType, unboundedLength } from '#data'
import {
  anything,
  arrayOf,
  bytes,
  integer,
  mapOf,
  nullable,
  type ResultRule,
  signature,
  text,
  textOrBytes,
  typeOf,
  word,
} from './parameters.ts'
import type { Argument, Signature } from './signature.ts'

export const textSignatures = {
  /** A call with more than two operands joins them all. */
  '||': signature('string1 || string2', [text, text], concatenated),
  CONCAT: signature('CONCAT(string1, string2, …)', [text], stringType, { rest: text }),
  CONCAT_WS: signature(
    'CONCAT_WS(separator, string1, string2, …)',
    [text],
    (types) => ({ ...stringType, nullable: types.some((type) => type.nullable) }),
    {
      rest: text,
      nulls: 'custom',
    },
  ),
  CHAR_LENGTH: signature('CHAR_LENGTH(string)', [text], integerType),
  UPPER: signature('UPPER(string)', [text], typeOf(0)),
  LOWER: signature('LOWER(string)', [text], typeOf(0)),
  INITCAP: signature('INITCAP(string)', [text], typeOf(0)),
  TRIM: signature(
    'TRIM([BOTH | LEADING | TRAILING] [characters] FROM string)',
    [word('BOTH', 'LEADING', 'TRAILING'), text, text],
    cutFrom(2),
  ),
  LTRIM: signature('LTRIM(string [, characters])', [text, text], cutFrom(0), { optional: 1 }),
  RTRIM: signature('RTRIM(string [, characters])', [text, text], cutFrom(0), { optional: 1 }),
  BTRIM: signature('BTRIM(string [, characters])', [text, text], stringType, { optional: 1 }),
  SUBSTRING: signature('SUBSTRING(string, start [, length])', [text, integer, integer], cutFrom(0), { optional: 1, givesNull: true }),
  LEFT: signature('LEFT(string, length)', [text, integer], cutFrom(0), { givesNull: true }),
  RIGHT: signature('RIGHT(string, length)', [text, integer], cutFrom(0), { givesNull: true }),
  LPAD: signature('LPAD(string, length, padding)', [text, integer, text], stringType),
  RPAD: signature('RPAD(string, length, padding)', [text, integer, text], stringType),
  REPEAT: signature('REPEAT(string, count)', [text, integer], stringType),
  REPLACE: signature('REPLACE(string, search, replacement)', [text, text, text], stringType),
  REVERSE: signature('REVERSE(string)', [text], stringType, { givesNull: true }),
  OVERLAY: signature(
    'OVERLAY(string PLACING replacement FROM start [FOR length])',
    [text, text, integer, integer],
    (types) => varcharOf(lengthOf(types[0]) + lengthOf(types[1])),
    { optional: 1 },
  ),
  TRANSLATE: signature('TRANSLATE(string, from, to)', [text, text, text], ofFirst, { nulls: 'custom' }),
  POSITION: signature('POSITION(search IN string [FROM start])', [text, text, integer], integerType, { optional: 1 }),
  LOCATE: signature('LOCATE(search, string [, start])', [text, text, integer], integerType, { optional: 1 }),
  INSTR: signature('INSTR(string, search [, start [, occurrence]])', [text, text, integer, integer], integerType, { optional: 2 }),
  STARTSWITH: signature('STARTSWITH(string, start)', [textOrBytes, textOrBytes], booleanType),
  ENDSWITH: signature('ENDSWITH(string, end)', [textOrBytes, textOrBytes], booleanType),
  SPLIT: signature('SPLIT(string, separator)', [text, text], arrayOf(stringType)),
  SPLIT_INDEX: signature('SPLIT_INDEX(string, separator, index)', [text, integerOrText, integer], stringType, { givesNull: true }),
  STR_TO_MAP: signature('STR_TO_MAP(string [, pairSeparator, keySeparator])', [text, text, text], mapOf(stringType, stringType), {
    optional: 2,
    givesNull: true,
  }),
  ASCII: signature('ASCII(string)', [text], integerType),
  CHR: signature('CHR(code)', [integer], stringType, { givesNull: true }),
  ENCODE: signature('ENCODE(string, charset)', [text, text], bytesType),
  DECODE: signature('DECODE(bytes, charset)', [bytes, text], stringType),
  TO_BASE64: signature('TO_BASE64(value)', [textOrBytes], stringType),
  FROM_BASE64: signature('FROM_BASE64(string)', [text], stringType),
  HEX: signature('HEX(value)', [integerOrText], stringType),
  UNHEX: signature('UNHEX(string)', [text], bytesType, { givesNull: true }),
  BIN: signature('BIN(integer)', [integer], stringType),
  ELT: signature('ELT(index, value1, value2, …)', [integer, textOrBytes], chosen, { rest: textOrBytes, nulls: 'custom' }),
  PRINTF: signature('PRINTF(format, value1, value2, …)', [text], nullable(stringType), { rest: anything, nulls: 'custom' }),
  PARSE_URL: signature('PARSE_URL(url, part [, key])', [text, text, text], stringType, { optional: 1, givesNull: true }),
  URL_ENCODE: signature('URL_ENCODE(string)', [text], stringType, { givesNull: true }),
  URL_DECODE: signature('URL_DECODE(string)', [text], stringType, { givesNull: true }),
  INET_ATON: signature('INET_ATON(address)', [text], { kind: 'bigint', nullable: true }, { givesNull: true }),
  INET_NTOA: signature('INET_NTOA(number)', [integer], stringType, { givesNull: true }),
  REGEXP: signature('REGEXP(string, regex)', [text, text], booleanType),
  REGEXP_EXTRACT: signature('REGEXP_EXTRACT(string, regex [, group])', [text, text, integer], stringType, { optional: 1, givesNull: true }),
  REGEXP_REPLACE: signature('REGEXP_REPLACE(string, regex, replacement)', [text, text, text], stringType),
  REGEXP_COUNT: signature('REGEXP_COUNT(string, regex)', [text, text], integerType, { givesNull: true }),
  REGEXP_EXTRACT_ALL: signature('REGEXP_EXTRACT_ALL(string, regex [, group])', [text, text, integer], arrayOf(stringType), {
    optional: 1,
    givesNull: true,
  }),
  REGEXP_INSTR: signature('REGEXP_INSTR(string, regex)', [text, text], integerType, { givesNull: true }),
  REGEXP_SUBSTR: signature('REGEXP_SUBSTR(string, regex)', [text, text], stringType, { givesNull: true }),
} satisfies Record<string, Signature>

function ofFirst([type]: readonly DataType[]): DataType {
  return { ...stringType, nullable: type?.nullable ?? true }
}

function integerOrText(argument: Argument): DataType | null {
  return text(argument) ?? integer(argument)
}

/** As long as the two together; fixed only when both are. */
function concatenated([left, right]: readonly DataType[]): DataType {
  const length = lengthOf(left) + lengthOf(right)
  return left?.kind === 'char' && right?.kind === 'char' ? { kind: 'char', length, nullable: true } : varcharOf(length)
}

/** At most as long as an argument. */
function cutFrom(index: number): ResultRule {
  return (types) => varcharOf(lengthOf(types[index]))
}

function varcharOf(length: number): DataType {
  return { kind: 'varchar', length: Math.min(length, unboundedLength), nullable: true }
}

function lengthOf(type: DataType | undefined): number {
  return type?.kind === 'char' || type?.kind === 'varchar' ? type.length : unboundedLength
}

function chosen(types: readonly DataType[]): DataType | null {
  const common = commonType(types.slice(1))
  return common === null ? null : nullable(common)
}
