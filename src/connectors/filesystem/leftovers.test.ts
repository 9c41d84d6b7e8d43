import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { ownIdentity } from '#blobs'
import { integerType } from '#data'
import { filesIn, tableAt, temporaryDirectory, writeWhole } from './table.fixture.ts'

const self = await ownIdentity()
/** The number of a process that has ended. */
const endedPid = spawnSync(process.execPath, ['--version']).pid

const parts = ['.part-x-0.csv.inprogress', '.part-x-1.csv.pending', path.join('day=1', '.part-x-2.csv.pending')]
const all = ['.part-x-0.csv.inprogress', '.part-x-1.csv.pending', '.run-x.json', 'day=1/.part-x-2.csv.pending']

/** What is left of the files of run x once another run has written to the directory. */
async function leftOf(marker: unknown): Promise<string[]> {
  const directory = temporaryDirectory()
  mkdirSync(path.join(directory, 'day=1'))
  writeFileSync(path.join(directory, '.run-x.json'), typeof marker === 'string' ? marker : JSON.stringify(marker))
  for (const part of parts) writeFileSync(path.join(directory, part), '')
  await writeWhole(tableAt(directory, { id: integerType }), [])
  return filesIn(directory)
}

function linuxOnly(known: string | null, row: [how: string, marker: unknown]): [how: string, marker: unknown][] {
  return known === null ? [] : [row]
}

const dead = { ...self, pid: endedPid, work: null }

describe('the next run that writes to a directory', () => {
  test.each<[how: string, marker: unknown]>([
    ['ended', dead],
    // Only Linux tells when a process began, and that the machine was started anew.
    ...linuxOnly(self.began, ['ended, its number given to another', { ...dead, pid: process.ppid, began: '1' }]),
    ...linuxOnly(self.machine, ['ended with its machine, started anew since', { ...dead, pid: process.pid, boot: 'before' }]),
  ])('removes what a run left whose process has %s', async (_how, marker) => {
    expect(await leftOf(marker)).toEqual([])
  })

  test('keeps what a dead run had prepared for a later life of its work', async () => {
    expect(await leftOf({ ...dead, work: 'work' })).toEqual(all.slice(1))
  })

  test.each([
    ['is this one', { ...dead, pid: process.pid }],
    ['is alive', { ...dead, pid: process.ppid, began: null }],
    ['ran on another machine', { ...dead, host: 'another', boot: 'another' }],
    ['ran on a machine of the same name', { ...dead, machine: 'another', boot: 'another' }],
    ['is counted elsewhere, as in a container', { ...dead, space: 'pid:[1]' }],
    ['may have written half of its marker', '{"host":'],
    ['wrote a marker of another form', { host: self.host, pid: endedPid }],
  ])('leaves alone what belongs to a run whose process %s', async (_how, marker) => {
    expect(await leftOf(marker)).toEqual(all)
  })
})
