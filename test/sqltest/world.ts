/** Runs tests that are written as a text. */
import { localTestWorld } from '#cli'
import { parseTestFile, runTest, type TestResult, type TestWorld } from '#sqltest'

/** What became of the tests of a text, run as a file of this name. */
export async function runText(text: string, name = 'a.sqltest', world: TestWorld = localTestWorld): Promise<TestResult[]> {
  const file = parseTestFile(name, text)
  const results: TestResult[] = []
  for (const test of file.tests) results.push(await runTest(file, test, world, new AbortController().signal))
  return results
}

/** All failures of a text, as they are shown. */
export async function failuresOf(text: string, name?: string, world?: TestWorld): Promise<string> {
  return (await runText(text, name, world)).flatMap(({ failures }) => failures).join('\n\n')
}
