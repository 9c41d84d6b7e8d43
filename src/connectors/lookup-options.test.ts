import { describe, expect, test } from 'vitest'
import { readOptions } from '#formats'
import { lookupCachePolicy, lookupOptions, lookupRetriesMax } from './lookup-options.ts'

function policyOf(caches: Parameters<typeof lookupOptions>[0], clause: Readonly<Record<string, string>>): unknown {
  return lookupCachePolicy(readOptions('table "t"', lookupOptions(caches), clause), 't')
}

const all = ['NONE', 'PARTIAL', 'FULL'] as const

describe('options of lookups', () => {
  test('keep nothing unless they say so', () => {
    expect(policyOf(all, {})).toEqual({ kind: 'none' })
  })

  test('limit a partial cache', () => {
    const clause = {
      'lookup.cache': 'partial',
      'lookup.partial-cache.max-rows': '10',
      'lookup.partial-cache.expire-after-write': '1 min',
      'lookup.partial-cache.cache-missing-key': 'false',
    }
    const expireAfterAccessMs = Number.POSITIVE_INFINITY
    const partial = { kind: 'partial', rowsMax: 10, expireAfterWriteMs: 60_000, expireAfterAccessMs, keepsMissing: false }
    expect(policyOf(all, clause)).toEqual(partial)
  })

  test('do not let a partial cache grow for ever', () => {
    expect(() => policyOf(all, { 'lookup.cache': 'PARTIAL' })).toThrow(
      expect.objectContaining({
        code: 'CONNECTORS_LOOKUP_CACHE_UNBOUNDED',
        hint: 'Give lookup.partial-cache.max-rows, lookup.partial-cache.expire-after-write or lookup.partial-cache.expire-after-access.',
      }),
    )
  })

  test('read a whole table once, or again every so often', () => {
    expect(policyOf(['FULL'], {})).toEqual({ kind: 'full', reloadEveryMs: null, reloadFrom: 'end' })
    const clause = {
      'lookup.full-cache.periodic-reload.interval': '5 s',
      'lookup.full-cache.periodic-reload.schedule-mode': 'FIXED_RATE',
    }
    expect(policyOf(['FULL'], clause)).toEqual({ kind: 'full', reloadEveryMs: 5000, reloadFrom: 'start' })
  })

  test('are those of the caches that a connector has', () => {
    expect(() => policyOf(['NONE', 'PARTIAL'], { 'lookup.cache': 'FULL' })).toThrow(
      expect.objectContaining({ code: 'FORMATS_OPTION_MISMATCH' }),
    )
    expect(() => policyOf(['FULL'], { 'lookup.partial-cache.max-rows': '1' })).toThrow(
      expect.objectContaining({ code: 'FORMATS_OPTION_NOT_FOUND' }),
    )
  })

  test('say how often a lookup is tried again', () => {
    const retries = (clause: Readonly<Record<string, string>>): number =>
      lookupRetriesMax(readOptions('table "t"', lookupOptions(all), clause))
    expect([retries({}), retries({ 'lookup.max-retries': '0' })]).toEqual([3, 0])
  })
})
