import { expect, test } from 'vitest'
import { type DataType, decimalType, integerType, stringType, timestampLtzType, variantType } from '#data'
import { logicalType } from './logical-type.ts'

test.each<[DataType, unknown]>([
  [integerType, { type: 'INTEGER', nullable: true }],
  [stringType, { type: 'VARCHAR', nullable: true, length: 2147483647 }],
  [
    { kind: 'char', length: 1, nullable: false },
    { type: 'CHAR', nullable: false, length: 1 },
  ],
  [
    { kind: 'binary', length: 2, nullable: false },
    { type: 'BINARY', nullable: false, length: 2 },
  ],
  [decimalType(20, 3), { type: 'DECIMAL', nullable: true, precision: 20, scale: 3 }],
  [
    { kind: 'time', precision: 0, nullable: true },
    { type: 'TIME_WITHOUT_TIME_ZONE', nullable: true, precision: 0 },
  ],
  [
    { kind: 'timestamp', precision: 0, nullable: false },
    { type: 'TIMESTAMP_WITHOUT_TIME_ZONE', nullable: false, precision: 0 },
  ],
  [timestampLtzType, { type: 'TIMESTAMP_WITH_LOCAL_TIME_ZONE', nullable: true, precision: 3 }],
  [
    { kind: 'interval-year-month', nullable: true },
    { type: 'INTERVAL_YEAR_MONTH', nullable: true, precision: 2, resolution: 'YEAR_TO_MONTH' },
  ],
  [
    { kind: 'interval-day-time', nullable: true },
    { type: 'INTERVAL_DAY_TIME', nullable: true, precision: 2, fractionalPrecision: 3, resolution: 'DAY_TO_SECOND' },
  ],
  [
    { kind: 'array', element: integerType, nullable: false },
    { type: 'ARRAY', nullable: false, elementType: { type: 'INTEGER', nullable: true } },
  ],
  [
    { kind: 'map', key: integerType, value: integerType, nullable: true },
    { type: 'MAP', nullable: true, keyType: { type: 'INTEGER', nullable: true }, valueType: { type: 'INTEGER', nullable: true } },
  ],
  [
    { kind: 'row', fields: [{ name: 'a', type: integerType }], nullable: false },
    { type: 'ROW', nullable: false, fields: [{ name: 'a', fieldType: { type: 'INTEGER', nullable: true } }] },
  ],
  [{ kind: 'null', nullable: true }, { type: 'NULL' }],
  [variantType, { type: 'VARIANT', nullable: true }],
])('%j is %j', (type, expected) => {
  expect(logicalType(type)).toEqual(expected)
})
