/** Where groups of readers stand: for each topic and partition the offset of the record that a reader of the group takes next. */
import path from 'node:path'
import { topicErrors } from './errors.ts'
import type { TopicFolder } from './topic-folder.ts'

export interface GroupOffsets {
  readonly group: string
  readonly topic: string
  /** Offsets by partition. */
  readonly offsets: Readonly<Record<number, number>>
}

type OffsetsByTopic = Readonly<Record<string, Readonly<Record<number, number>>>>

export function readOffsets(folder: TopicFolder, group: string): OffsetsByTopic {
  const file = folder.groupFile(group)
  const text = folder.disk.readText(file)
  if (text === null) return {}
  try {
    return JSON.parse(text) as OffsetsByTopic
  } catch (cause) {
    throw topicErrors.TOPICS_SETTINGS_DAMAGED({ file }, { cause })
  }
}

/** Notes offsets of groups for good. The caller holds the lock of the folder. */
export async function mergeOffsets(folder: TopicFolder, all: readonly GroupOffsets[]): Promise<void> {
  for (const { group, topic, offsets } of all) {
    const known = readOffsets(folder, group)
    const file = folder.groupFile(group)
    const place = path.dirname(file)
    if (!folder.disk.exists(place)) {
      folder.disk.makeFolder(place)
      await folder.disk.syncFolder(folder.folder)
    }
    await folder.disk.replace(file, JSON.stringify({ ...known, [topic]: { ...known[topic], ...offsets } }))
  }
}
