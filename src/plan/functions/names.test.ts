/** What functions give that no row of values can show: names, aggregates and window functions. The types are those of Flink 2.3. */
import { describe, expect, test } from 'vitest'
import {
  bigintType,
  booleanType,
  type DataType,
  dateType,
  decimalType,
  doubleType,
  floatType,
  integerType,
  printType,
  smallintType,
  stringType,
  tinyintType,
  withNullable,
} from '#data'
import {
  aggregateNamed,
  aggregateSignatures,
  functionSynonyms,
  internalFunctions,
  overFunctionNamed,
  overSignatures,
  scalarFunctionNamed,
  scalarSignatures,
} from './names.ts'
import type { Signature } from './signature.ts'

const text5: DataType = { kind: 'varchar', length: 5, nullable: false }
const sure = (type: DataType): DataType => withNullable(type, false)
const decimal = decimalType(10, 2)

/** The printed result, or REFUSED. */
function resultOf(signature: Signature, types: readonly DataType[], literals: readonly unknown[] = []): string {
  const { arity } = signature
  if (types.length < arity[0] || types.length > arity[1]) return 'REFUSED'
  const resolution = signature.resolve(types.map((type, index) => ({ type, literal: literals[index] })))
  return resolution === null ? 'REFUSED' : printType(resolution.result)
}

describe('aggregate functions', () => {
  const rows: readonly (readonly [name: keyof typeof aggregateSignatures, types: readonly DataType[], result: string])[] = [
    ['COUNT', [], 'BIGINT NOT NULL'],
    ['COUNT', [integerType], 'BIGINT NOT NULL'],
    ['SUM', [sure(tinyintType)], 'TINYINT NOT NULL'],
    ['SUM', [smallintType], 'SMALLINT'],
    ['SUM', [integerType], 'INT'],
    ['SUM', [sure(bigintType)], 'BIGINT NOT NULL'],
    ['SUM', [decimal], 'DECIMAL(38, 2)'],
    ['SUM', [floatType], 'FLOAT'],
    ['SUM', [doubleType], 'DOUBLE'],
    ['SUM', [stringType], 'REFUSED'],
    ['SUM', [], 'REFUSED'],
    ['AVG', [integerType], 'INT'],
    ['AVG', [decimal], 'DECIMAL(38, 6)'],
    ['AVG', [doubleType], 'DOUBLE'],
    ['MIN', [text5], 'VARCHAR(5) NOT NULL'],
    ['MIN', [booleanType], 'BOOLEAN'],
    ['MIN', [decimal], 'DECIMAL(10, 2)'],
    ['MAX', [dateType], 'DATE'],
    ['MAX', [{ kind: 'array', element: integerType, nullable: true }], 'REFUSED'],
    ['MAX', [{ kind: 'interval-day-time', nullable: true }], 'REFUSED'],
    ['STDDEV_POP', [integerType], 'INT'],
    ['STDDEV_POP', [decimal], 'DECIMAL(38, 6)'],
    ['VAR_SAMP', [sure(doubleType)], 'DOUBLE'],
    ['FIRST_VALUE', [sure(integerType)], 'INT NOT NULL'],
    ['LAST_VALUE', [text5], 'VARCHAR(5) NOT NULL'],
    ['LISTAGG', [text5], 'VARCHAR(5) NOT NULL'],
    ['LISTAGG', [integerType], 'REFUSED'],
    ['COLLECT', [integerType], 'MULTISET<INT> NOT NULL'],
    ['ARRAY_AGG', [sure(integerType)], 'ARRAY<INT NOT NULL> NOT NULL'],
    ['ARRAY_AGG', [integerType], 'ARRAY<INT>'],
    ['SINGLE_VALUE', [sure(integerType)], 'INT'],
  ]
  test.each(rows)('%s', (name, types, result) => {
    expect(resultOf(aggregateSignatures[name], types)).toBe(result)
  })

  test('JSON_OBJECTAGG and JSON_ARRAYAGG take their clauses as arguments', () => {
    const mode = [sure(stringType), sure(stringType)]
    expect(resultOf(aggregateSignatures.JSON_OBJECTAGG, [...mode, text5, integerType], ['NULL', 'v'])).toBe('STRING NOT NULL')
    expect(resultOf(aggregateSignatures.JSON_ARRAYAGG, [...mode, integerType], ['ABSENT', 'v'])).toBe('STRING NOT NULL')
    expect(resultOf(aggregateSignatures.JSON_ARRAYAGG, [...mode, integerType], ['SOMETIMES', 'v'])).toBe('REFUSED')
  })
})

describe('window functions', () => {
  test('ranks are whole, shares are not', () => {
    for (const name of ['ROW_NUMBER', 'RANK', 'DENSE_RANK'] as const) expect(resultOf(overSignatures[name], [])).toBe('BIGINT NOT NULL')
    for (const name of ['PERCENT_RANK', 'CUME_DIST'] as const) expect(resultOf(overSignatures[name], [])).toBe('DOUBLE NOT NULL')
    expect(resultOf(overSignatures.NTILE, [sure(integerType)], [2])).toBe('BIGINT NOT NULL')
    expect(resultOf(overSignatures.NTILE, [sure(integerType)], [0])).toBe('REFUSED')
  })

  test('only a default rules NULL out at the edge of a partition', () => {
    expect(resultOf(overSignatures.LAG, [sure(integerType)])).toBe('INT')
    expect(resultOf(overSignatures.LAG, [sure(integerType), sure(integerType)], [undefined, 1])).toBe('INT')
    expect(resultOf(overSignatures.LAG, [sure(integerType), sure(integerType), sure(integerType)], [undefined, 1, 0])).toBe('INT NOT NULL')
    expect(resultOf(overSignatures.LEAD, [text5, sure(integerType), sure(integerType)], [undefined, 1, 0])).toBe('REFUSED')
  })
})

describe('names', () => {
  test('are found in any letter case, and by synonyms', () => {
    expect(scalarFunctionNamed('upper')).toBe('UPPER')
    expect(scalarFunctionNamed('Substr')).toBe('SUBSTRING')
    expect(scalarFunctionNamed('MOD')).toBe('%')
    expect(scalarFunctionNamed('SUM')).toBeUndefined()
    expect(aggregateNamed('variance')).toBe('VAR_SAMP')
    expect(overFunctionNamed('row_number')).toBe('ROW_NUMBER')
    expect(scalarFunctionNamed('toString')).toBeUndefined()
  })

  test('synonyms lead to functions, and hide none', () => {
    for (const [synonym, name] of Object.entries(functionSynonyms)) {
      expect(Object.hasOwn(scalarSignatures, name) || Object.hasOwn(aggregateSignatures, name)).toBe(true)
      expect(Object.hasOwn(scalarSignatures, synonym)).toBe(false)
    }
  })

  test('internal functions exist', () => {
    const unknown = [...internalFunctions].filter(
      (name) => !Object.hasOwn(scalarSignatures, name) && !Object.hasOwn(aggregateSignatures, name),
    )
    expect(unknown).toEqual([])
  })

  test('every usage starts with the name by which people call the function', () => {
    const named = Object.entries(scalarSignatures).filter(([name]) => /^[A-Z]\w*$/.test(name) && !internalFunctions.has(name))
    const misnamed = named.filter(([name, { usage }]) => !new RegExp(`^(?:NOT|${name})\\b`).test(usage))
    expect(misnamed.map(([name]) => name).filter((name) => !['AND', 'OR'].includes(name))).toEqual([])
  })
})
