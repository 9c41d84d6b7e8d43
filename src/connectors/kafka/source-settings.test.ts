import { describe, expect, test } from 'vitest'
import { MillraceError } from '#base'
import { readOptions } from '#formats'
import { kafkaOptions, topicsOf } from './options.ts'
import { scanBounds } from './source-settings.ts'

function optionsOf(clause: Readonly<Record<string, string>>) {
  return readOptions('table "t"', kafkaOptions('kafka'), { 'properties.bootstrap.servers': 'a:1', ...clause })
}

function failureOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof MillraceError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'none'
}

describe('bounds', () => {
  test('begin where the group stands, and do not end', () => {
    const bounds = scanBounds(optionsOf({ 'properties.group.id': 'g' }), 't', 'kafka')
    expect(bounds).toEqual({ start: { kind: 'group', group: 'g' }, end: null, reset: null, group: 'g' })
  })

  test('of rows by key begin at the beginning', () => {
    expect(scanBounds(optionsOf({ 'scan.startup.mode': 'latest-offset' }), 't', 'upsert-kafka').start).toEqual({ kind: 'earliest' })
  })

  test('are offsets that are written out', () => {
    const clause = {
      'scan.startup.mode': 'specific-offsets',
      'scan.startup.specific-offsets': 'partition:0,offset:42; partition: 1 , offset: 300;',
    }
    expect(scanBounds(optionsOf(clause), 't', 'kafka').start).toEqual({
      kind: 'offsets',
      offsets: new Map([
        [0, 42],
        [1, 300],
      ]),
    })
  })

  test.each(['', ';', 'partition:0', 'offset:1,partition:0', 'partition:0,offset:-1', 'partition:0,offset:9007199254740993'])(
    'that are no offsets are refused: %s',
    (text) => {
      const clause = { 'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': text }
      expect(failureOf(() => scanBounds(optionsOf(clause), 't', 'kafka'))).toMatch('CONNECTORS_KAFKA_OFFSETS_MISMATCH')
    },
  )

  test.each([
    [{}, 'properties.group.id'],
    [{ 'scan.startup.mode': 'timestamp' }, 'scan.startup.timestamp-millis'],
    [{ 'scan.startup.mode': 'specific-offsets' }, 'scan.startup.specific-offsets'],
    [{ 'scan.startup.mode': 'earliest-offset', 'scan.bounded.mode': 'timestamp' }, 'scan.bounded.timestamp-millis'],
    [{ 'scan.startup.mode': 'earliest-offset', 'scan.bounded.mode': 'group-offsets' }, 'properties.group.id'],
  ])('name the option that is missing', (clause, key) => {
    expect(failureOf(() => scanBounds(optionsOf(clause), 't', 'kafka'))).toBe(
      `CONNECTORS_KAFKA_OPTION_MISSING: option "${key}" of table "t" is missing`,
    )
  })
})

describe('topics', () => {
  test('are a list, each once, or a pattern of whole names', () => {
    expect(topicsOf(optionsOf({ topic: 'a; b;a;' }), 't')).toEqual({ names: ['a', 'b'] })
    const topics = topicsOf(optionsOf({ 'topic-pattern': 'a|b.' }), 't')
    expect('pattern' in topics && ['a', 'bc', 'ab', 'xbc'].map((name) => topics.pattern.test(name))).toEqual([true, true, false, false])
  })

  test.each([
    [{}, 'CONNECTORS_KAFKA_TOPIC_UNCLEAR'],
    [{ topic: 'a', 'topic-pattern': 'a' }, 'CONNECTORS_KAFKA_TOPIC_UNCLEAR'],
    [{ topic: ' ; ' }, 'CONNECTORS_KAFKA_TOPIC_UNCLEAR'],
    [{ topic: 'a b' }, 'CONNECTORS_KAFKA_TOPIC_NAME_MISMATCH'],
    [{ topic: '..' }, 'CONNECTORS_KAFKA_TOPIC_NAME_MISMATCH'],
    [{ 'topic-pattern': '(' }, 'CONNECTORS_KAFKA_PATTERN_MISMATCH'],
  ])('that are unclear are refused', (clause, code) => {
    expect(failureOf(() => topicsOf(optionsOf(clause), 't'))).toMatch(code)
  })
})

test('options that nobody knows are refused by name, with the nearest one', () => {
  expect(() => optionsOf({ 'properties.key.deserializer': 'x' })).toThrow('properties.key.deserializer')
  expect(() => optionsOf({ 'properties.sasl.mechanisms': 'PLAIN' })).toThrow(
    expect.objectContaining({ hint: 'Use "properties.sasl.mechanism".' }),
  )
})
