import { expect, test } from 'vitest'
import { artifactsFor, type NamedLibrary } from './flink-connectors.ts'

const position = { start: 0, end: 1, line: 1, column: 1 }

function named(kind: NamedLibrary['kind'], name: string, database = ''): NamedLibrary {
  return { kind, name, database, position }
}

const names = (...all: NamedLibrary[]): string[] => artifactsFor(all, '2.3.0').map(([, name]) => name)

test('what is part of Flink needs nothing', () => {
  expect(names(named('connector', 'datagen'), named('connector', 'filesystem'), named('format', 'json'))).toEqual([])
})

test('each artifact is needed once', () => {
  expect(names(named('connector', 'kafka'), named('connector', 'upsert-kafka'), named('format', 'avro'), named('format', 'avro'))).toEqual([
    'flink-sql-connector-kafka',
    'flink-sql-avro',
  ])
})

test('a jdbc table needs its connector, and the driver of its database', () => {
  expect(names(named('connector', 'jdbc', 'postgresql'))).toEqual([
    'flink-connector-jdbc-core',
    'flink-connector-jdbc-postgres',
    'postgresql',
  ])
  expect(names(named('connector', 'jdbc', 'mysql')).slice(1)).toEqual(['flink-connector-jdbc-mysql', 'mysql-connector-j'])
  expect(names(named('connector', 'jdbc'))).toEqual(['flink-connector-jdbc-core'])
})

test.each([
  [named('connector', 'kafak'), 'engine "flink" has no connector "kafak"', 'Use "kafka"'],
  [named('format', 'avro-konfluent'), 'engine "flink" has no format "avro-konfluent"', 'Use "avro-confluent"'],
  [named('connector', 'constructor'), 'engine "flink" has no connector "constructor"', 'ADD JAR'],
  [named('connector', 'topic'), 'engine "flink" has no connector "topic"', 'Run it here, without --engine flink.'],
  [named('connector', 'nexmark'), 'engine "flink" has no connector "nexmark"', 'Run it here, without --engine flink.'],
  [named('connector', 'jdbc', 'oracle'), 'engine "flink" has no jdbc database "oracle"', 'ADD JAR'],
  [named('connector', 'opensearch'), 'no library for connector "opensearch" is published for Flink 2.3.0', 'Run it here'],
])('%o is refused with what there is', (use, message, hint) => {
  expect(() => artifactsFor([use], '2.3.0')).toThrow(expect.objectContaining({ message, hint: expect.stringContaining(hint), position }))
})

test('each version of Flink has its own', () => {
  expect(artifactsFor([named('connector', 'jdbc', 'mysql')], '1.20.0').map(([, name]) => name)).toEqual([
    'flink-connector-jdbc',
    'mysql-connector-j',
  ])
  expect(() => artifactsFor([named('format', 'parquet')], '1.20.0')).toThrow('is published for Flink 1.20.0')
})
