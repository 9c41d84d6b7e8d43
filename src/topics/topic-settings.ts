/** What a topic is: kept in `topic.json` of its folder. */
import path from 'node:path'
import type { Disk } from './disk.ts'
import { topicErrors } from './errors.ts'

export interface TopicSettings {
  /** May grow, never shrink: offsets and keys stay where they are. */
  readonly partitions: number
  /** A segment of about this size is followed by another one. Retention removes whole segments. */
  readonly segmentBytes: number
  /** Segments whose newest record is older are removed; null: never. */
  readonly retentionMs: number | null
  /** The oldest segments of a partition are removed as long as at least so much is left; null: never. */
  readonly retentionBytes: number | null
}

export const usualSettings: TopicSettings = { partitions: 1, segmentBytes: 134_217_728, retentionMs: null, retentionBytes: null }

const partitionsMax = 4096
const segmentBytesMin = 4096
/** Places in a segment have 32 bits. */
const segmentBytesMax = 2_147_483_648

/** Fails where a name cannot be one of a topic: topics are folders. */
export function checkTopicName(topic: string): void {
  if (!/^\w[\w.-]{0,199}$/.test(topic)) throw topicErrors.TOPICS_TOPIC_NAME({ topic })
}

export function checkSettings(topic: string, settings: Partial<TopicSettings>): void {
  const check = (setting: string, given: number | null | undefined, least: number, most: number): void => {
    if (given === undefined || given === null || (given >= least && given <= most && Number.isInteger(given))) return
    throw topicErrors.TOPICS_SETTING_RANGE({ setting, topic, given, expected: `a whole number from ${least} to ${most}` })
  }
  check('partitions', settings.partitions, 1, partitionsMax)
  check('segmentBytes', settings.segmentBytes, segmentBytesMin, segmentBytesMax)
  check('retentionMs', settings.retentionMs, 1, Number.MAX_SAFE_INTEGER)
  check('retentionBytes', settings.retentionBytes, 1, Number.MAX_SAFE_INTEGER)
}

/** Null where there is no such topic. */
export function readSettings(disk: Disk, folder: string): TopicSettings | null {
  const file = settingsFile(folder)
  const text = disk.readText(file)
  if (text === null) return null
  try {
    const settings = { ...usualSettings, ...(JSON.parse(text) as Partial<TopicSettings>) }
    checkSettings(path.basename(folder), settings)
    return settings
  } catch (cause) {
    throw topicErrors.TOPICS_SETTINGS_DAMAGED({ file }, { cause })
  }
}

/** Makes a topic, or gives it other settings. A number of partitions that is smaller than what there is changes nothing. */
export async function writeSettings(disk: Disk, folder: string, wanted: Partial<TopicSettings>): Promise<TopicSettings> {
  const known = readSettings(disk, folder)
  const partitions = Math.max(known?.partitions ?? 0, wanted.partitions ?? known?.partitions ?? usualSettings.partitions)
  const settings: TopicSettings = { ...usualSettings, ...known, ...wanted, partitions }
  if (known !== null && JSON.stringify(known) === JSON.stringify(settings)) return known
  for (let partition = known?.partitions ?? 0; partition < partitions; partition++) disk.makeFolder(path.join(folder, String(partition)))
  await disk.replace(settingsFile(folder), JSON.stringify(settings))
  const above = path.dirname(folder)
  if (known === null) for (const each of [above, path.dirname(above)]) await disk.syncFolder(each)
  return settings
}

function settingsFile(folder: string): string {
  return path.join(folder, 'topic.json')
}
