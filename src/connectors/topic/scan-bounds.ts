/** What the options of a table say of where reading begins and ends. */
import type { Options } from '#formats'
import type { StartOffsets } from '#topics'
import { topicTableErrors } from './errors.ts'

export interface ScanBounds {
  readonly start: StartOffsets
  /** Null where reading does not end. */
  readonly end: StartOffsets | null
}

export function scanBounds(options: Options, table: string): ScanBounds {
  const end = options.text('scan.bounded.mode') ?? 'unbounded'
  return {
    start: boundOf(options.text('scan.startup.mode') ?? '', 'scan.startup', options, table),
    end: end === 'unbounded' ? null : boundOf(end, 'scan.bounded', options, table),
  }
}

function boundOf(mode: string, prefix: 'scan.startup' | 'scan.bounded', options: Options, table: string): StartOffsets {
  const missing = (key: string): Error =>
    topicTableErrors.CONNECTORS_TOPIC_OPTION_MISSING({ key, table, because: `'${prefix}.mode' = '${mode}'` })
  switch (mode) {
    case 'latest-offset':
      return 'latest'
    case 'group-offsets': {
      const group = options.text('group.id')
      if (group === undefined) throw missing('group.id')
      return { group }
    }
    case 'timestamp': {
      const timeMs = options.number(`${prefix}.timestamp-millis`)
      if (timeMs === undefined) throw missing(`${prefix}.timestamp-millis`)
      return { timeMs }
    }
    case 'specific-offsets': {
      const key = `${prefix}.specific-offsets`
      const text = options.text(key)
      if (text === undefined) throw missing(key)
      return parseOffsets(text, key, table)
    }
    default:
      return 'earliest'
  }
}

/** `partition:0,offset:42;partition:1,offset:300`. */
function parseOffsets(text: string, key: string, table: string): Readonly<Record<number, number>> {
  const offsets: Record<number, number> = {}
  for (const part of text.split(';')) {
    if (part.trim() === '') continue
    const found = /^\s*partition\s*:\s*(\d{1,9})\s*,\s*offset\s*:\s*(\d{1,15})\s*$/.exec(part)
    if (found === null) {
      const detail = `Expected partition:NUMBER,offset:NUMBER, got "${part.trim()}".`
      throw topicTableErrors.CONNECTORS_TOPIC_OFFSETS_MISMATCH({ key, table }, { detail })
    }
    offsets[Number(found[1])] = Number(found[2])
  }
  return offsets
}
