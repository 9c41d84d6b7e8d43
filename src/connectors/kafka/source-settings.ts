/** What the options of a table say of where reading begins and ends. */
import type { Options } from '#formats'
import { kafkaErrors } from './errors.ts'
import type { KafkaKind } from './options.ts'

/** A place in each partition. */
export type Bound =
  | { readonly kind: 'earliest' | 'latest' }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'timestamp'; readonly timestampMs: number }
  | { readonly kind: 'offsets'; readonly offsets: ReadonlyMap<number, number> }

export interface ScanBounds {
  readonly start: Bound
  /** Null where reading does not end. */
  readonly end: Bound | null
  /** Where to go on in a partition whose wanted offset is not there; null: that is an error. */
  readonly reset: 'earliest' | 'latest' | null
  /** Whether the options say so themselves. */
  readonly group: string | null
}

export function scanBounds(options: Options, table: string, kind: KafkaKind): ScanBounds {
  const reset = options.text('properties.auto.offset.reset')
  const start = kind === 'upsert-kafka' ? 'earliest-offset' : (options.text('scan.startup.mode') ?? 'group-offsets')
  const end = options.text('scan.bounded.mode') ?? 'unbounded'
  return {
    start: boundOf(start, 'scan.startup', options, table),
    end: end === 'unbounded' ? null : boundOf(end, 'scan.bounded', options, table),
    reset: reset === 'earliest' || reset === 'latest' ? reset : null,
    group: options.text('properties.group.id') ?? null,
  }
}

function boundOf(mode: string, prefix: 'scan.startup' | 'scan.bounded', options: Options, table: string): Bound {
  const because = `'${prefix}.mode' = '${mode}'`
  const missing = (key: string): Error => kafkaErrors.CONNECTORS_KAFKA_OPTION_MISSING({ key, table, because })
  switch (mode) {
    case 'earliest-offset':
      return { kind: 'earliest' }
    case 'latest-offset':
      return { kind: 'latest' }
    case 'timestamp': {
      const key = `${prefix}.timestamp-millis`
      const timestampMs = options.number(key)
      if (timestampMs === undefined) throw missing(key)
      return { kind: 'timestamp', timestampMs }
    }
    case 'specific-offsets': {
      const key = `${prefix}.specific-offsets`
      const text = options.text(key)
      if (text === undefined) throw missing(key)
      return { kind: 'offsets', offsets: parseOffsets(text, key, table) }
    }
    default: {
      const group = options.text('properties.group.id')
      if (group === undefined) throw missing('properties.group.id')
      return { kind: 'group', group }
    }
  }
}

/** `partition:0,offset:42;partition:1,offset:300`. */
function parseOffsets(text: string, key: string, table: string): ReadonlyMap<number, number> {
  const offsets = new Map<number, number>()
  for (const part of text.split(';')) {
    if (part.trim() === '') continue
    const found = /^\s*partition\s*:\s*(\d{1,9})\s*,\s*offset\s*:\s*(\d{1,16})\s*$/.exec(part)
    const offset = Number(found?.[2])
    if (found === null || !Number.isSafeInteger(offset)) {
      throw kafkaErrors.CONNECTORS_KAFKA_OFFSETS_MISMATCH(
        { key, table },
        { detail: `Expected partition:NUMBER,offset:NUMBER, got "${part.trim()}".` },
      )
    }
    offsets.set(Number(found[1]), offset)
  }
  if (offsets.size === 0) throw kafkaErrors.CONNECTORS_KAFKA_OFFSETS_MISMATCH({ key, table }, { detail: 'It is empty.' })
  return offsets
}
