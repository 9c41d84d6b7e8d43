/** The files of this repository as the architecture tests see them: read once, parsed when a rule asks. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type ParseResult, parseSync } from 'oxc-parser'

export const root = path.resolve(import.meta.dirname, '../..')

/** One import or re-export, with the line it stands on. */
interface Import {
  readonly to: string
  readonly line: number
  /** Type-only imports are erased, so they may close a circle between files. */
  readonly isType: boolean
}

export interface Source {
  /** From the root of the repository, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly lineCount: number
  readonly parsed: ParseResult
  readonly imports: readonly Import[]
  lineAt(offset: number): number
}

export function makeSource(filePath: string, text: string): Source {
  let parsed: ParseResult | undefined
  let imports: readonly Import[] | undefined
  let lineStarts: number[] | undefined
  const source: Source = {
    path: filePath,
    text,
    lineCount: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    get parsed() {
      parsed ??= parseSync(filePath, text)
      return parsed
    },
    get imports() {
      imports ??= readImports(source)
      return imports
    },
    lineAt(offset) {
      lineStarts ??= [0, ...Array.from(text.matchAll(/\n/g), (match) => match.index + 1)]
      return lineStarts.findLastIndex((start) => start <= offset) + 1
    },
  }
  return source
}

/** Reads the TypeScript sources of the folders that are there. */
export function readSources(...folders: readonly string[]): Source[] {
  return folders.flatMap(listFiles).filter(isTypeScript).map(readSource)
}

/** Reads everything that people wrote, whatever its language. */
export function readTexts(): Source[] {
  const kept = ['src', 'web/src', 'test', 'bench', 'bin', 'docs', 'examples', '.ci'].flatMap(listFiles)
  const atRoot = readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []))
  return [...kept, ...atRoot].filter(isText).map(readSource)
}

/** Names of the folders directly under `folder`. */
export function listFolders(folder: string): string[] {
  const at = path.join(root, folder)
  if (!existsSync(at)) return []
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
}

/** Whether a file only serves tests: a test, or a fixture that several tests of a room share. */
export function isTest(filePath: string): boolean {
  return /\.(?:test|fixture)\.ts$/.test(filePath) || !/^(?:web\/)?src\//.test(filePath)
}

function listFiles(folder: string): string[] {
  const at = path.join(root, folder)
  if (!existsSync(at)) return []
  const entries = readdirSync(at, { recursive: true, withFileTypes: true })
  const files = entries.flatMap((entry) => (entry.isFile() ? [path.relative(root, path.join(entry.parentPath, entry.name))] : []))
  return files.map((file) => file.split(path.sep).join('/')).toSorted()
}

function readSource(filePath: string): Source {
  return makeSource(filePath, readFileSync(path.join(root, filePath), 'utf8'))
}

function isTypeScript(filePath: string): boolean {
  return /\.tsx?$/.test(filePath)
}

function isText(filePath: string): boolean {
  const name = path.basename(filePath)
  return /\.(tsx?|md|sql|json|ya?ml|sh|css|html)$/.test(name) || !name.slice(1).includes('.')
}

function readImports(source: Source): Import[] {
  const { staticImports, staticExports, dynamicImports } = source.parsed.module
  const found: Import[] = []
  for (const statement of staticImports) found.push(makeImport(source, statement.moduleRequest.value, statement.start))
  for (const statement of staticExports) {
    const request = statement.entries.find((entry) => entry.moduleRequest !== null)?.moduleRequest
    if (request) found.push(makeImport(source, request.value, statement.start))
  }
  for (const { moduleRequest, start } of dynamicImports) {
    const literal = /^(['"`])([^'"`$]*)\1$/.exec(source.text.slice(moduleRequest.start, moduleRequest.end))
    if (literal?.[2] !== undefined) found.push(makeImport(source, literal[2], start))
  }
  return found
}

function makeImport(source: Source, to: string, start: number): Import {
  return { to, line: source.lineAt(start), isType: /^(import|export)\s+type\b/.test(source.text.slice(start, start + 40)) }
}
