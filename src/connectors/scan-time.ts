/** What the WITH clause of a table says of its event time: Flink's options `scan.watermark.*`, which every table that is read may have. */
import { type Option, readOptions } from '#formats'
import type { ConnectorTable } from './connector.ts'
import { connectorErrors } from './errors.ts'

export interface ScanTime {
  /** After so many rows of a split its watermark is looked at. */
  readonly gap: number
  /** The table is idle when it has given nothing for so long; left out: as the run says. */
  readonly idleTimeoutMs?: number
  /** Null where the table is read as fast as it comes. */
  readonly alignment: Alignment | null
}

/** Tables of one group are read at the same pace of event time. */
export interface Alignment {
  readonly group: string
  /** How far the table may be ahead of the one of its group that is furthest behind. */
  readonly driftMsMax: number
  /** How often workers tell one another at least how far they are. */
  readonly updateMs: number
}

const prefix = 'scan.watermark.'
const strategyKey = `${prefix}emit.strategy`
const gapKey = `${prefix}emit.on-event.gap`
const idleKey = `${prefix}idle-timeout`
const groupKey = `${prefix}alignment.group`
const driftKey = `${prefix}alignment.max-drift`
const updateKey = `${prefix}alignment.update-interval`

const optional = (key: string, type: Option['type'], fallback: string | null, description: string): Option => ({
  key,
  type,
  required: false,
  default: fallback,
  description,
})

export const scanTimeOptions: readonly Option[] = [
  optional(strategyKey, { oneOf: ['on-periodic', 'on-event'] }, 'on-periodic', 'on-event lets the gap count; else each row counts.'),
  optional(gapKey, 'integer', '1', 'With on-event: after how many rows the watermark is looked at.'),
  optional(idleKey, 'duration', null, 'The table holds back no watermark once it has given nothing for so long.'),
  optional(groupKey, 'text', null, 'Tables of one group are read at the same pace of event time.'),
  optional(driftKey, 'duration', null, 'How far the table may be ahead of the one of its group that is furthest behind.'),
  optional(updateKey, 'duration', '1 s', 'How often workers tell one another at least how far they are.'),
]

export function scanTimeOf(table: Pick<ConnectorTable, 'name' | 'options'>): ScanTime {
  const own = Object.fromEntries(Object.entries(table.options).filter(([key]) => key.startsWith(prefix)))
  const options = readOptions(`table "${table.name}"`, scanTimeOptions, own)
  const idleTimeoutMs = options.number(idleKey)
  const gap = options.number(gapKey) ?? 1
  if (gap < 1) throw connectorErrors.CONNECTORS_WATERMARK_GAP({ table: table.name, gap })
  const group = options.text(groupKey)
  const driftMsMax = options.number(driftKey)
  if ((group === undefined) !== (driftMsMax === undefined)) {
    const [given, missing] = group === undefined ? [driftKey, groupKey] : [groupKey, driftKey]
    throw connectorErrors.CONNECTORS_ALIGNMENT_PARTIAL({ given, missing, table: table.name })
  }
  return {
    gap: options.text(strategyKey) === 'on-event' ? gap : 1,
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
    alignment:
      group === undefined || driftMsMax === undefined
        ? null
        : { group, driftMsMax, updateMs: Math.max(1, options.number(updateKey) ?? 1000) },
  }
}
