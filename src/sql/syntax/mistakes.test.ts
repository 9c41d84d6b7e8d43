import { expect, test } from 'vitest'
import { type MistakeCase, readMistakes, renderErrors, writeMistakes } from './corpus/corpus.fixture.ts'

// What people get wrong, and every word of what we say about it. UPDATE=1 writes the files anew; read the difference.
for (const name of ['words', 'queries', 'definitions']) {
  const file = `mistakes-${name}.txt`
  const cases = readMistakes(file)

  if (process.env['UPDATE'] === '1') {
    writeMistakes(
      file,
      cases.map(({ text }): MistakeCase => ({ text, expected: renderErrors(text) })),
    )
  }

  test.each(readMistakes(file))(`${file}: $text`, ({ text, expected }) => {
    expect(renderErrors(text)).toBe(expected)
    expect(expected).toMatch(/^SQL_/)
  })
}
