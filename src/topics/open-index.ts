/** The index of a segment that grows no more: read from its file, or made anew from the segment. */
import type { Disk, DiskFile } from './disk.ts'
import { indexFile } from './partition-files.ts'
import { damaged, scanSegment } from './scan-segment.ts'
import { SegmentIndex } from './segment-index.ts'

export async function openIndex(disk: Disk, folder: string, base: number, segment: DiskFile): Promise<SegmentIndex> {
  const bytes = segment.size()
  const file = disk.open(indexFile(folder, base), 'read')
  if (file !== null) {
    try {
      const written = new Uint8Array(file.size())
      await file.read(written, 0)
      const index = SegmentIndex.decode(written, bytes)
      if (index !== null) return index
    } finally {
      file.close()
    }
  }
  const index = new SegmentIndex()
  const { position } = await scanSegment(segment, { position: 0, record: 0 }, (head) => index.add(head))
  if (position < bytes) throw damaged(segment.path, position)
  // It saves time and nothing else: who may only read makes it anew each time.
  await disk.replace(indexFile(folder, base), index.encode()).catch(() => {})
  return index
}
