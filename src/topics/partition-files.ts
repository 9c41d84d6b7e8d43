/** Names of what lies in the folder of a partition: segments by the offset of their first record, and their indexes. */
import path from 'node:path'
import type { Disk } from './disk.ts'

const digits = 16

export function segmentFile(folder: string, base: number): string {
  return path.join(folder, `${String(base).padStart(digits, '0')}.log`)
}

export function indexFile(folder: string, base: number): string {
  return path.join(folder, `${String(base).padStart(digits, '0')}.index`)
}

/** Offsets of the first records of all segments, in order. */
export function segmentBases(disk: Disk, folder: string): number[] {
  const names = disk.names(folder).filter((name) => /^\d{16}\.log$/.test(name))
  return names.map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b)
}

/** The segment that holds an offset, or would; undefined where the offset lies before all. */
export function segmentOf(bases: readonly number[], offset: number): number | undefined {
  return bases.findLast((base) => base <= offset)
}
