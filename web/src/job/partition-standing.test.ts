import i18next, { type TFunction } from 'i18next'
import { beforeAll, expect, test } from 'vitest'
import english from '../language/en.json' with { type: 'json' }
import chinese from '../language/zh.json' with { type: 'json' }
import { adviceText, columnsOf, type PartitionedSource, sourceOfVertex, standingText } from './partition-standing.ts'

let t: TFunction
let chineseT: TFunction

beforeAll(async () => {
  const resources = { en: { translation: english }, zh: { translation: chinese } }
  const language = i18next.createInstance()
  t = await language.init({ lng: 'en', resources, interpolation: { escapeValue: false } })
  chineseT = language.getFixedT('zh')
})

type Partition = PartitionedSource['partitions'][number]

function partition(known: Partial<Partition> = {}): Partition {
  return { name: 'clicks-2', state: 'active', position: '9', end: '9', pendingRecords: 0, watermark: 1, behindMs: 0, ...known }
}

function source(standing: Partial<PartitionedSource['standing']>, known: Partial<PartitionedSource> = {}): PartitionedSource {
  return {
    operatorId: '4',
    operatorName: 'Source: clicks',
    nodes: [4, 7],
    isTimed: true,
    newestWatermark: 1,
    counts: { active: 1, idle: 0, paused: 0, ended: 0 },
    standing: { kind: 'held', partition: 'clicks-2', others: 0, behindMs: null, pendingRecords: null, ...standing },
    partitions: [partition()],
    leftOut: 0,
    ...known,
  }
}

test('the partition that holds the watermark back is named, with those beside it', () => {
  expect(standingText(source({ behindMs: 751_000 }), t)).toBe('clicks-2 holds the watermark back: 12 m 31 s behind the newest partition.')
  expect(standingText(source({ behindMs: 1500, others: 1 }), t)).toMatch(/^clicks-2 and 1 other hold the watermark back: 1.5 s behind/)
  expect(standingText(source({ behindMs: 1500, others: 3 }), t)).toMatch(/^clicks-2 and 3 others hold/)
  expect(standingText(source({}), t)).toBe('clicks-2 holds the watermark back: no row of it has said yet what time it is.')
  expect(standingText(source({ others: 3 }), t)).toMatch(/^clicks-2 and 3 others hold the watermark back: no row of them/)
})

test('each standing has words in both languages, and those that blame nobody name nobody', () => {
  const kinds = ['untimed', 'ended', 'all-idle', 'no-rows', 'alone', 'level', 'held'] as const
  for (const each of [t, chineseT]) {
    const texts = kinds.map((kind) => standingText(source({ kind }), each))
    expect(new Set(texts).size).toBe(kinds.length)
    expect(texts.join('\n')).not.toMatch(/undefined|\{\{|partitions\./)
    expect(texts.filter((text) => text.includes('clicks-2'))).toEqual([texts.at(-1)])
  }
  expect(standingText(source({ kind: 'all-idle' }), t)).toMatch(/^All partitions are idle/)
})

test('a quiet partition and a slow one get other advice, and what nobody knows gets none', () => {
  expect(adviceText(source({ pendingRecords: 0 }), t)).toContain('scan.watermark.idle-timeout')
  expect(adviceText(source({ pendingRecords: 12_000 }), t)).toBe('It has 12.0k rows left to read.')
  expect(adviceText(source({ pendingRecords: null }), t)).toBeNull()
  expect(adviceText(source({ kind: 'level', pendingRecords: 0 }), t)).toBeNull()
})

test('a source belongs to each vertex that it computes', () => {
  const sources = [source({})]
  const isKnown = (id: string, name = 'Source: clicks'): boolean => sourceOfVertex(sources, { id, name }) !== undefined
  expect(['4', '7', '5', ''].map((id) => isKnown(id))).toEqual([true, true, false, false])
  // Another version of the job may read another table there.
  expect(isKnown('4', 'Source: orders')).toBe(false)
})

test('columns that have nothing to say are left out', () => {
  expect(columnsOf(source({}))).toEqual({ places: true, lag: true, times: true })
  const partitions = [partition({ position: null, end: null, pendingRecords: null })]
  expect(columnsOf(source({}, { partitions, isTimed: false }))).toEqual({ places: false, lag: false, times: false })
})
