import { expect, test } from 'vitest'
import type { OutsideWait, RunReport } from '#query'
import type { Screen } from './output/screen.ts'
import { lossLine, progressLine, summaryLine, timeText, withProgress } from './progress.ts'

const report: RunReport = {
  rowsIn: 1_234_567,
  rowsOut: 89,
  skippedRows: 0,
  lateRows: 0,
  watermarkMs: null,
  resumedFrom: null,
  readyMs: null,
  pausesMs: [],
  spilledBytes: 0,
  waiting: [],
  startedAt: 0,
  durationMs: 2000,
}
const nowMs = Date.UTC(2026, 2, 2, 9, 0, 0)

test.each<[part: Partial<RunReport>, line: string]>([
  [{}, '1,234,567 rows in · 617,284 rows/s'],
  [{ durationMs: 0 }, '1,234,567 rows in · 0 rows/s'],
  [{ watermarkMs: nowMs - 1500 }, '1,234,567 rows in · 617,284 rows/s · watermark 2026-03-02 08:59:58 · lag 1.5 s'],
  [
    { waiting: [{ table: 'out', reason: 'no answer from\u001b[31m', since: nowMs }] },
    '1,234,567 rows in · 617,284 rows/s · waiting for "out": no answer from\ufffd[31m',
  ],
  [{ watermarkMs: Date.UTC(2001, 0, 1), lateRows: 7 }, '1,234,567 rows in · 617,284 rows/s · watermark 2001-01-01 00:00:00 · 7 late'],
])('while it runs: %j', (part, line) => expect(progressLine({ ...report, ...part }, nowMs)).toBe(line))

test.each<[part: Partial<RunReport>, line: string]>([
  [{}, '1,234,567 rows in · 89 out · 2.00 s · 617,284 rows/s'],
  [{ rowsIn: 20 }, '20 rows in · 89 out · 2.00 s'],
  [{ rowsIn: 0 }, '2.00 s'],
  [{ skippedRows: 3, lateRows: 4 }, '1,234,567 rows in · 89 out · 2.00 s · 617,284 rows/s · 3 set aside · 4 late'],
])('at the end: %j', (part, line) => expect(summaryLine({ ...report, ...part })).toBe(line))

test.each<[part: Partial<RunReport>, line: string]>([
  [{}, ''],
  [{ skippedRows: 1 }, 'note: 1 row set aside as unreadable\n'],
  [{ skippedRows: 3000, lateRows: 4 }, 'note: 3,000 rows set aside as unreadable, 4 rows dropped as late\n'],
])('for those who do not watch: %j', (part, line) => expect(lossLine({ ...report, ...part })).toBe(line))

test('a watermark beyond all years is no date', () => {
  expect(timeText(9e15)).toBe('end')
  expect(timeText(-9e15)).toBe('none')
})

test('where nobody watches it is said once what a run waits for, if that takes long, and when it goes on', () => {
  const notes: string[] = []
  const output = { opened: () => undefined, changes: () => undefined, closed: () => undefined }
  let ms = nowMs
  const screen = { showsProgress: false, note: (text: string) => void notes.push(text) } as unknown as Screen
  const listener = withProgress(output, screen, { nowMs: () => ms, monotonicMs: () => ms })
  const at = (seconds: number, waiting: readonly OutsideWait[]): void => {
    ms = nowMs + seconds * 1000
    listener.progress?.({ ...report, waiting })
  }
  const wait = { table: 'out', reason: 'no answer', since: nowMs + 1000 }
  at(1, [wait])
  expect(notes).toEqual([])
  at(4, [wait])
  at(5, [wait])
  at(9, [])
  at(10, [])
  expect(notes).toEqual(['note: waiting for "out": no answer\n', 'note: "out" no longer waits, after 8 s\n'])
})
