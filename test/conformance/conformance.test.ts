import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { printAnswer, readCaseFile, type TestCase, withAnswers } from './case-file.ts'
import { answersOf } from './run-case.ts'

const folder = path.join(import.meta.dirname, 'cases')
const files = readdirSync(folder).filter((name) => name.endsWith('.sqltest'))

for (const file of files.sort()) {
  const place = path.join(folder, file)
  if (process.env['UPDATE'] === '1') await update(file, place)
  const cases = readCaseFile(file, readFileSync(place, 'utf8'))
  describe(file, () => {
    for (const each of cases) {
      // A gap that closes turns the suite red until its mark goes.
      const run = each.gap === null ? test : test.fails
      run(`${each.name} (line ${each.line})`, () => check(each))
    }
  })
}

async function check(each: TestCase): Promise<void> {
  const answers = await answersOf(each)
  expect(answers.map(({ answer }) => printAnswer(answer)).join('\n\n')).toBe(
    answers.map(({ expectation }) => printAnswer(expectation)).join('\n\n'),
  )
}

/** Writes what is expected anew, but for the gaps: what these expect was not our answer. */
async function update(file: string, place: string): Promise<void> {
  const cases = readCaseFile(file, readFileSync(place, 'utf8'))
  const answers = await Promise.all(cases.filter(({ gap }) => gap === null).map((each) => answersOf(each).catch(() => [])))
  writeFileSync(place, withAnswers(readFileSync(place, 'utf8'), answers.flat()))
}
