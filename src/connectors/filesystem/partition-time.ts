/** The time that the values of partition columns stand for, as Flink's `partition.time-extractor` has it. */
import { dateParser, timeZone } from '#data'
import type { Options } from '#formats'
import { filesystemErrors } from './errors.ts'
import { unescapeName } from './partition.ts'

const defaultFormatter = 'yyyy-MM-dd HH:mm:ss'

/** The instant of a partition, from the name of its directory, such as `dt=2020-01-31/hm=12%3A05`. */
export type PartitionTime = (directory: string) => number

export function partitionTime(options: Options, columns: readonly string[]): PartitionTime {
  const pattern = options.text('partition.time-extractor.timestamp-pattern') ?? `$${columns[0] ?? ''}`
  const formatter = options.text('partition.time-extractor.timestamp-formatter') ?? defaultFormatter
  const parse = dateParser(formatter)
  const zone = timeZone(options.text('sink.partition-commit.watermark-time-zone') ?? 'UTC')
  // A name may be the beginning of another one.
  const names = columns.toSorted((a, b) => b.length - a.length)
  return (directory) => {
    const values = new Map(directory.split('/').map((step) => step.split('=').map(unescapeName) as [string, string]))
    const text = names.reduce((filled, name) => filled.replaceAll(`$${name}`, values.get(name) ?? ''), pattern)
    const time = parse(text)
    if (time === null) {
      const detail = `Expected a time such as "${formatter}", got "${text}".`
      throw filesystemErrors.CONNECTORS_FILESYSTEM_PARTITION_TIME({ directory }, { detail })
    }
    return zone.instantOf(time.localMs)
  }
}
