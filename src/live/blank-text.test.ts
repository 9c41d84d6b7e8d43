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

/** The server runs nothing else meanwhile. */
test.each(['-'.repeat(44), '/'.repeat(44), '/**/'.repeat(30), '-- '.repeat(34), '\n'.repeat(99_000), '/*'.repeat(50_000)])(
  'lines that adorn a script cost no time: case %#',
  (line) => {
    const begunMs = performance.now()
    expect(isBlankText(`;\n${line}\nSELECT 2`)).toBe(false)
    expect(performance.now() - begunMs).toBeLessThan(2000)
  },
)
