import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { makeDirectory } from './make-directory.ts'

function temporaryDirectory(): string {
  return mkdtempSync(path.join(tmpdir(), 'millrace-directory-'))
}

test('makes what is missing, once or again', async () => {
  const directory = path.join(temporaryDirectory(), 'a', 'b', 'c')
  await Promise.all([makeDirectory(directory), makeDirectory(directory)])
  await makeDirectory(directory)
  expect(existsSync(directory)).toBe(true)
})

test('fails below a file', async () => {
  const file = path.join(temporaryDirectory(), 'file')
  writeFileSync(file, '')
  await expect(makeDirectory(path.join(file, 'a'))).rejects.toMatchObject({ code: 'ENOTDIR' })
})

test('comes back where nothing can be made', async () => {
  await expect(makeDirectory('/proc/millrace/a')).rejects.toThrow(/ENOENT|EACCES|EROFS|EPERM/)
})
