import { expect, test } from 'vitest'
import { parseScript } from '#sql'
import { dropStatement, rowsStatement } from './entry-name.ts'

test('names of every kind stay names in a statement', () => {
  expect(rowsStatement(['default_catalog', 'shop', 'orders'], 50)).toBe('SELECT * FROM default_catalog.shop.orders LIMIT 50')
  for (const name of ['a`b', 'x; DROP TABLE y', "it's", '<b>', 'a.b', '-- c'])
    for (const text of [rowsStatement(['c', 'd', name]), dropStatement('table', ['c', 'd', name])]) {
      const { statements, diagnostics } = parseScript(text)
      expect([statements.length, diagnostics.length, text]).toEqual([1, 0, text])
    }
})
