import { expect, test } from 'vitest'
import { isBlankText } from './blank-text.ts'

test.each(['', ' ;\n\t;', '-- a', ' -- a\n--b\n', '// a\n;', '/* a */ ;/**/ /* ** */', '--\n', '/* -- */--/*'])(
  'nothing of %j runs',
  (text) => {
    expect(isBlankText(text)).toBe(true)
  },
)

test.each(['SELECT 1', '; SELECT 1', '-- a\nSELECT 1', '/* a */ SELECT 1 /* b */', '/* a', '- -', '/* a */ */'])(
  'something of %j runs',
  (text) => {
    expect(isBlankText(text)).toBe(false)
  },
)

/** The server runs nothing else meanwhile. A pattern that tries every way to cut such a line would not end. */
test.each(['-'.repeat(50_000), '/'.repeat(50_000), '/**/'.repeat(20_000), '-- '.repeat(30_000), '\n'.repeat(99_000), '/*'.repeat(50_000)])(
  'lines that adorn a script cost no time: case %#',
  (line) => {
    expect(isBlankText(`;\n${line}\nSELECT 2`)).toBe(false)
  },
)
