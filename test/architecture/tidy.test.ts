import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeSource, readTexts, root, type Source } from './source.ts'
import { findAnyShare, findLengthSpread, findLongFunctionShare, findLooseVersions, rules } from './tidy.ts'

/** This file shows each rule something to find, so the rules do not read it. */
const texts = readTexts().filter(({ path: at }) => !at.startsWith('test/architecture/tidy'))
const sources = texts.filter(({ path: at }) => /\.tsx?$/.test(at))

describe('this repository', () => {
  test.each(rules.map((rule) => [rule.name, rule] as const))('%s', (_, rule) => {
    expect((rule.reads === 'code' ? sources : texts).flatMap((source) => rule.find(source))).toEqual([])
  })

  test('long functions stay rare', () => expect(findLongFunctionShare(sources)).toEqual([]))
  test('any stays rare', () => expect(findAnyShare(sources)).toEqual([]))
  test('most files are short', () => expect(findLengthSpread(sources)).toEqual([]))
  test('versions are exact', () => {
    expect(findLooseVersions(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')))).toEqual([])
  })
})

const longFunction = (lines: number) => `export function step() {\n${'  work()\n'.repeat(lines - 2)}}\n`

const found: readonly (readonly [rule: string, path: string, text: string, problem: string])[] = [
  ['no file is too long', 'src/plan/a.ts', 'a()\n'.repeat(601), 'src/plan/a.ts: 601 lines'],
  ['no function of the closely read rooms is too long', 'src/plan/a.ts', longFunction(71), 'src/plan/a.ts:1: a function of 71 lines'],
  ['names say what a file is', 'src/plan/utils.ts', '', 'the name "utils" says nothing'],
  ['names say what a file is', 'src/helpers/a.ts', '', 'the name "helpers" says nothing'],
  ['names say what a file is', 'src/sql/string-helpers.test.ts', '', 'the name "string-helpers" says nothing'],
  ['names say what a file is', 'src/sql/types.ts', '', 'the name "types" says nothing'],
  ['names say what a file is', 'src/jobs/job-manager.ts', '', 'the name "job-manager" says nothing'],
  ['names say what a file is', 'src/jobs/base-job.ts', '', 'the name "base-job" says nothing'],
  ['names say what a file is', 'src/jobs/job-impl.ts', '', 'the name "job-impl" says nothing'],
  ['names say what a file is', 'src/jobs/jobState.ts', '', 'kebab-case'],
  ['no work is left as a note', 'src/sql/a.ts', 'a()\n// TODO: finish\n', 'src/sql/a.ts:2: "TODO"'],
  ['no work is left as a note', 'src/sql/a.ts', '/*\n * FIXME */\n', 'src/sql/a.ts:2: "FIXME"'],
  ['no check is switched off', 'src/sql/a.ts', '// @ts-expect-error\na()\n', '"@ts-expect-error"'],
  ['no check is switched off', 'src/sql/a.ts', '// biome-ignore lint: no\n', '"biome-ignore"'],
  ['no check is switched off', 'src/sql/a.ts', '/* oxlint-disable */\n', '"oxlint-disable"'],
  ['comments are no banners', 'src/sql/a.ts', '// ----------\n', 'blank line'],
  ['the ground is fully typed', 'src/data/a.ts', 'let a: any', 'src/data/a.ts:1: any'],
  ['every error is coded', 'src/sql/a.ts', "throw new Error('no')", '"throw new Error("'],
  ['every error is coded', 'src/sql/a.ts', "throw new RangeError('no')", 'assert() a broken invariant'],
  ['every error is coded', 'src/sql/a.ts', 'throw new MillraceError(a, b, c)', '"throw new MillraceError("'],
  ['error tables lie in errors.ts', 'src/sql/parse.ts', 'const e = defineErrors({})', 'move the table to errors.ts'],
  ['every test runs', 'src/sql/a.test.ts', "test.only('a', b)", '"test.only"'],
  ['every test runs', 'src/sql/a.test.ts', "describe.skip('a', b)", '"describe.skip"'],
  ['every test runs', 'src/sql/a.test.ts', "test.skipIf(c)('a', b)", '"test.skipIf"'],
  ['no file knows the machine it was written on', 'docs/a.md', 'see /home/me/a', '"/home/"'],
  ['no file knows the machine it was written on', 'package-lock.json', '"resolved": "https://mirror.example/a.tgz"', '"resolved": "http"'],
  ['the project speaks only of itself', 'README.md', 'done as requested', '"as requested"'],
  ['the project speaks only of itself', 'README.md', 'mends issue #12', '"issue #12"'],
]

const fine: readonly (readonly [rule: string, path: string, text: string])[] = [
  ['no file is too long', 'src/plan/a.ts', 'a()\n'.repeat(600)],
  ['no function of the closely read rooms is too long', 'src/plan/a.ts', longFunction(70)],
  ['no function of the closely read rooms is too long', 'src/cli/a.ts', longFunction(71)],
  ['no function of the closely read rooms is too long', 'src/plan/a.test.ts', longFunction(71)],
  ['names say what a file is', 'src/base/type.ts', ''],
  ['no work is left as a note', 'src/sql/a.ts', "const pattern = 'yyyy-MM-dd XXX'"],
  ['comments are no banners', 'src/sql/a.ts', '/**\n * | a |\n * |------|\n */'],
  ['the ground is fully typed', 'src/data/a.ts', 'const any = 1 // any'],
  ['every error is coded', 'src/sql/a.test.ts', "throw new Error('no')"],
  ['every test runs', 'src/sql/a.test.ts', "test.fails('a', b)\npick.only(1)"],
  ['no file knows the machine it was written on', 'docs/a.md', 'see https://example.com/home/a and ./work/a'],
]

describe('each rule is able to fail', () => {
  test('every rule is shown something to find', () => {
    expect([...new Set(found.map(([rule]) => rule))]).toEqual(rules.map((rule) => rule.name))
  })

  test.each(found)('%s: %s', (rule, at, text, problem) => {
    expect(judge(rule, makeSource(at, text))).toEqual([expect.stringContaining(problem)])
  })

  test.each(fine)('%s, and lets pass: %s', (rule, at, text) => {
    expect(judge(rule, makeSource(at, text))).toEqual([])
  })

  test('shares and spreads', () => {
    expect(findLongFunctionShare([makeSource('src/cli/a.ts', longFunction(71))])[0]).toContain('1 of 1 functions are long')
    expect(findAnyShare([makeSource('src/cli/a.ts', 'let a: any\n')])[0]).toContain('1 times any in 1 lines')
    expect(findLengthSpread([makeSource('src/cli/a.ts', 'a()\n'.repeat(301))])).toHaveLength(2)
    expect(
      findLooseVersions({ dependencies: { a: '^1.0.0', b: '1.0.0', c: 'npm:d@1.0.0' }, devDependencies: { e: 'latest' } }),
    ).toHaveLength(2)
  })
})

function judge(name: string, source: Source): string[] {
  return rules.find((rule) => rule.name === name)?.find(source) ?? []
}
