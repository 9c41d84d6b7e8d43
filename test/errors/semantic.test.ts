/** Wrong statements that people write, and every word of what is said about them: semantic/*.txt. */
import { expect, test } from 'vitest'
import { MillraceError } from '#base'
import { bindStatement, formatPosition } from '#sql'
import { caseFiles, createCatalog, readCases, statementsOf } from '../plans/corpus.ts'

const catalog = createCatalog()

function errorsOf(text: string): readonly unknown[] {
  try {
    for (const statement of statementsOf(text)) bindStatement(statement, catalog)
    return []
  } catch (error) {
    return error instanceof AggregateError ? error.errors : [error]
  }
}

function render(text: string): string {
  return errorsOf(text)
    .map((error) => (error instanceof MillraceError ? renderError(text, error) : String(error)))
    .join('\n')
}

function renderError(text: string, error: MillraceError): string {
  const lines = [`${error.code}: ${error.message}`, formatPosition(text, error)]
  if (error.detail !== undefined) lines.push(error.detail)
  if (error.hint !== undefined) lines.push(`Hint: ${error.hint}`)
  return lines.join('\n')
}

for (const file of caseFiles('errors/semantic')) {
  test.each(readCases(file, render))(`${file}: $text`, ({ text, expected }) => {
    expect(render(text)).toBe(expected)
    expect(expected).toMatch(/^(?:SQL|DATA)_/)
    for (const error of errorsOf(text)) {
      expect(error).toMatchObject({ blame: 'user' })
      expect(error).toHaveProperty('position.line')
      expect((error as MillraceError).message.length).toBeLessThan(100)
    }
  })
}
