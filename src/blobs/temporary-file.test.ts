import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TemporaryFile } from './temporary-file.ts'

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-temporary-file-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

test('what was written is read again, and no name of it is left', () => {
  const file = new TemporaryFile(folder)
  file.write(0, Uint8Array.of(1, 2, 3))
  file.write(1_000_000, Uint8Array.of(4, 5))
  file.write(1, Uint8Array.of(9))
  expect(readdirSync(folder)).toEqual([])
  const [first, last] = [new Uint8Array(3), new Uint8Array(2)]
  file.read(0, first)
  file.read(1_000_000, last)
  expect([...first, ...last]).toEqual([1, 9, 3, 4, 5])
  file.close()
})

test('a file that nothing was written to is not there', () => {
  const file = new TemporaryFile(path.join(folder, 'missing'))
  file.close()
  expect(readdirSync(folder)).toEqual([])
})

test('a folder that is not there is named', () => {
  const file = new TemporaryFile(path.join(folder, 'missing'))
  expect(() => file.write(0, Uint8Array.of(1))).toThrow(expect.objectContaining({ code: 'BLOBS_TEMPORARY_FILE' }))
  expect(() => file.write(0, Uint8Array.of(1))).toThrow(`in "${path.join(folder, 'missing')}"`)
})

test('bytes that were never written are missed', () => {
  const file = new TemporaryFile(folder)
  file.write(0, Uint8Array.of(1, 2, 3))
  expect(() => file.read(2, new Uint8Array(5))).toThrow(expect.objectContaining({ code: 'BLOBS_TEMPORARY_FILE' }))
  file.close()
})
