import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('the program of examples/ reads each order once, however often it runs', async () => {
  const cwd = await mkdtemp(path.join(tmpdir(), 'millrace-topics-example-'))
  const words = ['--conditions=source', '--disable-warning=ExperimentalWarning', path.resolve('examples/topics.ts')]
  const run = async (): Promise<string[]> => (await promisify(execFile)(process.execPath, words, { cwd })).stdout.trim().split('\n')
  const totals = (first: number): unknown[] => [
    expect.stringMatching(new RegExp(`^[${first}${first + 1}] {"customer":"(ann","total":21.25|ben","total":5.5)}$`)),
    expect.stringMatching(new RegExp(`^[${first}${first + 1}] {"customer":"(ann","total":21.25|ben","total":5.5)}$`)),
  ]
  expect(await run()).toEqual(totals(0))
  expect(await run()).toEqual([...totals(0), ...totals(2)])
  await rm(cwd, { recursive: true })
})
