import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { type DocumentedError, findAwkwardTexts, loadErrors, renderErrors } from './errors-doc.ts'
import { root } from './source.ts'

const page = path.join(root, 'docs/errors.md')
const errors = await loadErrors()
if (process.env['UPDATE']) writeFileSync(page, renderErrors(errors))
const text = readFileSync(page, 'utf8')
const headings = Array.from(text.matchAll(/^### (.+)$/gm), (match) => match[1])

describe('docs/errors.md and the error tables', () => {
  test('every code is documented', () => {
    expect(errors.map(({ code }) => code).filter((code) => !headings.includes(code))).toEqual([])
  })

  test('every documented code is defined', () => {
    const codes = errors.map(({ code }) => code)
    expect(headings.filter((code) => !codes.includes(code ?? ''))).toEqual([])
  })

  test('the page is what "make update" writes', () => {
    expect(text).toBe(renderErrors(errors))
  })
})

describe('error texts', () => {
  test('follow the rules for messages', () => {
    expect(errors.flatMap(findAwkwardTexts)).toEqual([])
  })

  const good: DocumentedError = { code: 'SQL_COLUMN_NOT_FOUND', room: 'sql', blame: 'user', message: 'column "{name}" does not exist' }

  test.each([
    [{}, []],
    [{ message: 'CREATE TABLE needs a column', detail: 'It has "{count}".', hint: '"a" is one.' }, []],
    [{ message: 'x'.repeat(100) }, ['100 characters']],
    [{ message: 'Column is gone' }, ['small letter']],
    [{ message: 'column is gone.' }, ['without a period']],
    [{ message: 'invalid column' }, ['"invalid": say what was expected']],
    [{ message: 'unable to read' }, ['write "cannot" or "could not"']],
    [{ hint: 'Please look!' }, ['full sentences', '"Please"', '"!"']],
    [{ detail: 'some words' }, ['write the detail in full sentences']],
    [{ code: 'PLAN_COLUMN_NOT_FOUND' }, ['begin the code with the room, as in SQL_NOUN_TROUBLE']],
    [{ code: 'SQL_columnMissing' }, ['ROOM_NOUN_TROUBLE']],
  ])('%o', (change, troubles) => {
    expect(findAwkwardTexts({ ...good, ...change })).toEqual(troubles.map((trouble) => expect.stringContaining(trouble)))
  })

  test('a page with a code too many differs', () => {
    expect(renderErrors([...errors, good])).not.toBe(renderErrors(errors))
    expect(renderErrors([good])).toContain('### SQL_COLUMN_NOT_FOUND\n\nBlame: user\n\n> column "{name}" does not exist\n')
  })
})
