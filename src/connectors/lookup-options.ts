/** The options of tables that rows are looked up in: Flink's, by Flink's names. */
import { listed } from '#base'
import type { Option, Options } from '#formats'
import type { LookupCachePolicy } from './connector.ts'
import { connectorErrors } from './errors.ts'
import { option } from './options.ts'

type CacheWord = 'NONE' | 'PARTIAL' | 'FULL'

/** The rows of options for a connector that has these caches; the first is the default. */
export function lookupOptions(caches: readonly [CacheWord, ...CacheWord[]]): readonly Option[] {
  const rows = [
    option('lookup.cache', { oneOf: caches }, caches[0], 'Which rows are kept that a lookup join has found.'),
    option('lookup.max-retries', 'integer', '3', 'How often a lookup that failed is tried again.'),
  ]
  if (caches.includes('PARTIAL')) rows.push(...partialOptions)
  if (caches.includes('FULL')) rows.push(...fullOptions)
  return rows
}

const partialOptions: readonly Option[] = [
  option('lookup.partial-cache.max-rows', 'integer', null, 'The most rows that are kept; those not used for longest go first.'),
  option('lookup.partial-cache.expire-after-write', 'duration', null, 'How long a row is kept after it was found.'),
  option('lookup.partial-cache.expire-after-access', 'duration', null, 'How long a row is kept after it was used.'),
  option('lookup.partial-cache.cache-missing-key', 'boolean', 'true', 'Whether it is kept as well that a key has no rows.'),
]

const fullOptions: readonly Option[] = [
  option('lookup.full-cache.reload-strategy', { oneOf: ['PERIODIC'] }, 'PERIODIC', 'How it is said when the table is read again.'),
  option('lookup.full-cache.periodic-reload.interval', 'duration', null, 'How often the table is read again; without it never.'),
  option(
    'lookup.full-cache.periodic-reload.schedule-mode',
    { oneOf: ['FIXED_DELAY', 'FIXED_RATE'] },
    'FIXED_DELAY',
    'Whether the interval counts from the end of the last reading or from its start.',
  ),
]

const partialLimits = ['max-rows', 'expire-after-write', 'expire-after-access'].map((limit) => `lookup.partial-cache.${limit}`)

/** What the options of a table say. */
export function lookupCachePolicy(options: Options, table: string): LookupCachePolicy {
  const limit = (key: string): number => options.number(key) ?? Number.POSITIVE_INFINITY
  switch (options.text('lookup.cache')) {
    case 'FULL': {
      const reloadEveryMs = options.number('lookup.full-cache.periodic-reload.interval') ?? null
      const isRate = options.text('lookup.full-cache.periodic-reload.schedule-mode') === 'FIXED_RATE'
      return { kind: 'full', reloadEveryMs, reloadFrom: isRate ? 'start' : 'end' }
    }
    case 'PARTIAL':
      if (!partialLimits.some((key) => options.isGiven(key))) {
        throw connectorErrors.CONNECTORS_LOOKUP_CACHE_UNBOUNDED({ table }, { hint: `Give ${listed(partialLimits, 'or')}.` })
      }
      return {
        kind: 'partial',
        rowsMax: limit('lookup.partial-cache.max-rows'),
        expireAfterWriteMs: limit('lookup.partial-cache.expire-after-write'),
        expireAfterAccessMs: limit('lookup.partial-cache.expire-after-access'),
        keepsMissing: options.flag('lookup.partial-cache.cache-missing-key'),
      }
    default:
      return { kind: 'none' }
  }
}

/** How often a lookup that failed is tried again. */
export function lookupRetriesMax(options: Options): number {
  return Math.max(0, options.number('lookup.max-retries') ?? 0)
}
