import { expect, test } from 'vitest'
import { parseScript } from '#sql'
import { alterStatement, connectionExample, dropStatement, rowsStatement } from './entry-name.ts'

test('names of every kind stay names in a statement', () => {
  expect(rowsStatement(['default_catalog', 'shop', 'orders'], 50)).toBe('SELECT * FROM default_catalog.shop.orders LIMIT 50')
  for (const name of ['a`b', 'x; DROP TABLE y', "it's", '<b>', 'a.b', '-- c'])
    for (const text of [rowsStatement(['c', 'd', name]), dropStatement('table', ['c', 'd', name])]) {
      const { statements, diagnostics } = parseScript(text)
      expect([statements.length, diagnostics.length, text]).toEqual([1, 0, text])
    }
})

test('a connection is changed by its options as they are, whatever they hold', () => {
  const options = [
    { key: 'connector', value: 'jdbc' },
    { key: 'url', value: "jdbc:mysql://db/it's; DROP" },
    { key: 'password', value: '${secret:shop}' },
  ]
  const text = alterStatement({ path: ['c', 'd', 'my shop'], options })
  const [statement] = parseScript(text).statements
  if (statement?.kind !== 'alter-connection') throw new Error(text)
  expect(statement.options?.map(({ key, value }) => [key.value, value.value])).toEqual([
    ['url', "jdbc:mysql://db/it's; DROP"],
    ['password', '${secret:shop}'],
  ])
})

test('the example of a connection can be read', () => {
  const { statements, diagnostics } = parseScript(connectionExample)
  expect([statements.map(({ kind }) => kind), diagnostics]).toEqual([['create-connection', 'create-table'], []])
})
