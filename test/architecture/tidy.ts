/** The style rules that a machine can judge. Every message says what to do instead. */

import { type Node, Visitor } from 'oxc-parser'
import { roomOf } from './rooms.ts'
import { isTest, type Source } from './source.ts'

const fileLinesMax = 600
const functionLinesMax = 70
const longFunctionShareMax = 0.005
const anyPerThousandLinesMax = 1
const fileLinesMedianMax = 120
const fileLinesNinthDecileMax = 300

/** Rooms that hold what must be read closely: no long function at all. */
const closelyReadRooms = ['plan', 'dataflow', 'optimizer', 'jobs']
/** Rooms that everything stands on: `any` there would spread everywhere. */
const fullyTypedRooms = ['plan', 'data']

export interface Rule {
  readonly name: string
  /** Which files the rule reads: TypeScript, or all that people write. */
  readonly reads: 'code' | 'text'
  find(source: Source): string[]
}

export const rules: readonly Rule[] = [
  {
    name: 'no file is too long',
    reads: 'code',
    find: ({ path, lineCount }) =>
      lineCount > fileLinesMax
        ? [`${path}: ${lineCount} lines: cut it in two where reading, state and policy meet, below ${fileLinesMax}`]
        : [],
  },
  {
    name: 'no function of the closely read rooms is too long',
    reads: 'code',
    find: (source) => (isProduct(source) && closelyReadRooms.includes(roomOf(source.path) ?? '') ? findLongFunctions(source) : []),
  },
  { name: 'names say what a file is', reads: 'text', find: findEmptyNames },
  {
    name: 'no work is left as a note',
    reads: 'code',
    find: (source) => findInComments(source, /\b(?:TODO|FIXME|XXX|HACK)\b/, 'do it, or write down what holds today'),
  },
  {
    name: 'no check is switched off',
    reads: 'code',
    find: (source) =>
      findInComments(
        source,
        /@ts-(?:ignore|expect-error|nocheck)|biome-ignore|(?:ox|es)lint-disable|(?:v8|c8|istanbul) ignore/,
        'mend the code',
      ),
  },
  {
    name: 'comments are no banners',
    reads: 'code',
    find: (source) => findInComments(source, /^[\s*]*[-=*#~─━═]{4,}/m, 'let a blank line or a file of its own divide the code'),
  },
  {
    name: 'the ground is fully typed',
    reads: 'code',
    find: (source) => (fullyTypedRooms.includes(roomOf(source.path) ?? '') ? findAny(source) : []),
  },
  { name: 'every error is coded', reads: 'code', find: findUncodedErrors },
  {
    name: 'error tables lie in errors.ts',
    reads: 'code',
    find: (source) =>
      isProduct(source) && !/\/(?:errors|base\/error|base\/index)\.ts$/.test(source.path)
        ? findInText(source, /\bdefineErrors\(/, 'move the table to errors.ts of the room, where docs/errors.md looks for it')
        : [],
  },
  {
    name: 'every test runs',
    reads: 'code',
    find: (source) =>
      /\.test\.tsx?$/.test(source.path)
        ? findInText(
            source,
            /\b(?:test|it|describe|suite)\.(?:concurrent\.)?(?:only|skip|skipIf|runIf|todo)\b|\b(?:xit|xdescribe|xtest)\(/,
            'run it, mark a known gap with test.fails, or remove it',
          )
        : [],
  },
  {
    name: 'no file knows the machine it was written on',
    reads: 'text',
    find: (source) =>
      findInText(
        source,
        /(?<![\w.}~-])\/(?:home|root|work|Users)\/|registry\.npmjs|"resolved": "http/,
        'use a relative path and the configured registry',
      ),
  },
  {
    name: 'the project speaks only of itself',
    reads: 'text',
    find: (source) =>
      findInText(
        source,
        /\b(?:AI[ -](?:assistant|agent|generated)|language model|chat ?bot|issue #?\d+|pull request #?\d+|as requested)\b/i,
        'say what holds, not how it came about',
      ),
  },
]

function findLongFunctions(source: Source): string[] {
  return functionsOf(source).flatMap(({ line, lines }) =>
    lines > functionLinesMax
      ? [`${source.path}:${line}: a function of ${lines} lines: give its steps names, below ${functionLinesMax}`]
      : [],
  )
}

/** Long functions are a budget where code is not closely read. */
export function findLongFunctionShare(sources: readonly Source[]): string[] {
  const product = sources.filter((source) => isProduct(source) && !closelyReadRooms.includes(roomOf(source.path) ?? ''))
  const long = product.flatMap(findLongFunctions)
  const count = product.reduce((sum, source) => sum + functionsOf(source).length, 0)
  return long.length <= count * longFunctionShareMax
    ? []
    : [`${long.length} of ${count} functions are long; shorten some of these`, ...long]
}

export function findAnyShare(sources: readonly Source[]): string[] {
  const product = sources.filter(isProduct)
  const found = product.flatMap(findAny)
  const lines = product.reduce((sum, source) => sum + source.lineCount, 0)
  return found.length * 1000 <= lines * anyPerThousandLinesMax
    ? []
    : [`${found.length} times any in ${lines} lines; replace some of these`, ...found]
}

/** Most files are short enough to be read in one go. */
export function findLengthSpread(sources: readonly Source[]): string[] {
  const lengths = sources.flatMap((source) => (isProduct(source) ? [source.lineCount] : [])).toSorted((a, b) => a - b)
  const at = (share: number) => lengths[Math.floor((lengths.length - 1) * share)] ?? 0
  const found: string[] = []
  if (at(0.5) > fileLinesMedianMax)
    found.push(`half of the files have over ${at(0.5)} lines: cut some, so that half stay within ${fileLinesMedianMax}`)
  if (at(0.9) > fileLinesNinthDecileMax) {
    found.push(`a tenth of the files have over ${at(0.9)} lines: cut some, so that nine in ten stay within ${fileLinesNinthDecileMax}`)
  }
  return found
}

/** Ranges in package.json would let two machines install different things. */
export function findLooseVersions(manifest: { dependencies?: Record<string, string>; devDependencies?: Record<string, string> }): string[] {
  const all = { ...manifest.dependencies, ...manifest.devDependencies }
  return Object.entries(all).flatMap(([name, version]) =>
    /^(?:npm:[^@]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version) ? [] : [`package "${name}" has version "${version}": pin one exact version`],
  )
}

const emptyNames: readonly { readonly pattern: RegExp; readonly instead: string }[] = [
  { pattern: /^(?:utils?|helpers?|common|misc|shared|lib)$/, instead: 'name the file for its one main export' },
  { pattern: /-(?:utils?|helpers?)$/, instead: 'name the file for its one main export' },
  { pattern: /^types$/, instead: 'put each type where it is at home' },
  { pattern: /(?:^|-)(?:manager|service|handler|processor)$/, instead: 'name the thing it is, or the verb it does' },
  { pattern: /^(?:base|abstract)-/, instead: 'name the interface, and each implementation for how it differs' },
  { pattern: /-impl$/, instead: 'name the implementation for how it differs' },
]

function findEmptyNames({ path }: Source): string[] {
  if (!/^(?:src|web|test|bench)\//.test(path)) return []
  const names = path
    .replace(/(?:\.(?:test|fixture))?\.\w+$/, '')
    .split('/')
    .slice(1)
  const found = names.flatMap((name) => {
    const empty = emptyNames.find(({ pattern }) => pattern.test(name))
    return empty === undefined ? [] : [`${path}: the name "${name}" says nothing: ${empty.instead}`]
  })
  if (/\.tsx?$/.test(path) && !names.every((name) => /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)))
    found.push(`${path}: write file names in kebab-case`)
  return found
}

/** Foreign classes of errors have no code, no blame and no hint. */
function findUncodedErrors(source: Source): string[] {
  if (!isProduct(source)) return []
  const found = findInText(source, /\bthrow new (?:\w*Error)\(/, 'throw a coded error of errors.ts, or assert() a broken invariant')
  if (source.path === 'src/base/error.ts') return found.filter((problem) => !problem.includes('new MillraceError('))
  return found
}

function findAny(source: Source): string[] {
  const found: string[] = []
  new Visitor({
    TSAnyKeyword: ({ start }) => void found.push(`${source.path}:${source.lineAt(start)}: any: name the type, or take unknown and look`),
  }).visit(source.parsed.program)
  return found
}

const functionsBySource = new WeakMap<Source, { line: number; lines: number }[]>()

function functionsOf(source: Source): { line: number; lines: number }[] {
  const known = functionsBySource.get(source)
  if (known) return known
  const found: { line: number; lines: number }[] = []
  const add = ({ start, end }: Node): void => {
    const line = source.lineAt(start)
    found.push({ line, lines: source.lineAt(end) - line + 1 })
  }
  new Visitor({ FunctionDeclaration: add, FunctionExpression: add, ArrowFunctionExpression: add }).visit(source.parsed.program)
  functionsBySource.set(source, found)
  return found
}

function findInComments(source: Source, pattern: RegExp, instead: string): string[] {
  return source.parsed.comments.flatMap(({ value, start }) => {
    const match = pattern.exec(value)
    return match ? [`${source.path}:${source.lineAt(start + match.index)}: "${match[0]}": ${instead}`] : []
  })
}

function findInText(source: Source, pattern: RegExp, instead: string): string[] {
  const matches = source.text.matchAll(new RegExp(pattern, `${pattern.flags}g`))
  return Array.from(matches, (match) => `${source.path}:${source.lineAt(match.index)}: "${match[0]}": ${instead}`)
}

/** What users run, as opposed to what tests it. */
function isProduct({ path }: Source): boolean {
  return /\.tsx?$/.test(path) && !isTest(path)
}
