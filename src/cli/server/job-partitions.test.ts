import { expect, test } from 'vitest'
import { sourceText } from './job-partitions.ts'

type Source = Parameters<typeof sourceText>[0]

const noon = Date.UTC(2030, 0, 1, 12)
const held = { kind: 'held', partition: 'clicks-2', others: 0, behindMs: 780_000, pendingRecords: 0 } as const

function source(standing: Partial<Source['standing']> = {}, known: Partial<Source> = {}): Source {
  const level = { state: 'active', position: '16', end: '20', pendingRecords: 4, watermark: noon, behindMs: 0 } as const
  return {
    operatorId: '4',
    operatorName: 'Source: clicks',
    nodes: [4],
    isTimed: true,
    newestWatermark: noon,
    counts: { active: 2, idle: 1, paused: 0, ended: 0 },
    standing: { ...held, ...standing },
    partitions: [
      { ...level, name: 'clicks-2', position: '1', end: '1', pendingRecords: 0, watermark: noon - 780_000, behindMs: 780_000 },
      { ...level, name: 'clicks-0' },
      { name: 'http', state: 'idle', position: null, end: null, pendingRecords: null, watermark: null, behindMs: null },
    ],
    leftOut: 0,
    ...known,
  }
}

test('the answer comes first, then each partition with what is known of it', () => {
  expect(sourceText(source())).toBe(`Source: clicks
  clicks-2 holds the watermark back: 13 min behind the newest partition, with nothing left to read
  clicks-2  active  at 1 of 1  0 left  watermark 2030-01-01T11:47:00Z  13 min behind
  clicks-0  active  at 16 of 20  4 left  watermark 2030-01-01T12:00:00Z
  http  idle
`)
})

test('several that stand together, and those that are not listed, are counted', () => {
  const text = sourceText(source({ others: 2, behindMs: null, pendingRecords: null }, { leftOut: 12 }))
  expect(text).toContain('  clicks-2 and 2 others hold the watermark back: no row has come that says what time it is\n')
  expect(text.endsWith('  and 12 more partitions\n')).toBe(true)
})

test('where nobody holds it back, nobody is named', () => {
  for (const kind of ['untimed', 'ended', 'all-idle', 'no-rows', 'alone', 'level'] as const)
    expect(sourceText(source({ kind }, { partitions: [] }))).not.toContain('clicks-2')
})

test('names from outside cannot steer a terminal', () => {
  expect(sourceText(source({ partition: 'a\u001b[2Jb' }))).not.toContain('\u001b')
})
