/** Every test of cases/ passes. UPDATE=1 writes what they expect anew. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { localTestWorld } from '#cli'
import { parseTestFile, runTest, type TestResult, updateExpectations } from '#sqltest'

const folder = path.join(import.meta.dirname, 'cases')
const names = readdirSync(folder).filter((name) => name.endsWith('.sqltest'))
const { signal } = new AbortController()

for (const name of names.sort()) {
  const place = path.join(folder, name)
  if (process.env['UPDATE'] === '1') await update(name, place)
  const file = parseTestFile(name, readFileSync(place, 'utf8'))
  describe(name, () => {
    for (const each of file.tests) {
      test(`${each.name} (line ${each.line})`, async () => {
        const { failures } = await runTest(file, each, localTestWorld, signal)
        expect(failures.join('\n\n')).toBe('')
      })
    }
  })
}

async function update(name: string, place: string): Promise<void> {
  const file = parseTestFile(name, readFileSync(place, 'utf8'))
  const results: TestResult[] = []
  for (const each of file.tests) results.push(await runTest(file, each, localTestWorld, signal))
  writeFileSync(place, updateExpectations(file.text, results))
}
