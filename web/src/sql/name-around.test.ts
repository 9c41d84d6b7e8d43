import { expect, test } from 'vitest'
import { nameAround } from './name-around.ts'

test.each([
  ['SELECT ci|ty FROM t', 'city'],
  ['SELECT |city FROM t', 'city'],
  ['SELECT city| FROM t', 'city'],
  ["WITH ('scan.startup|.mode' = 'x')", "'scan.startup.mode'"],
  ['SELECT `two w|ords` FROM t', '`two words`'],
  ['SELECT 城|市 FROM t', '城市'],
  ['SELECT 1 |+ 2', null],
  ['|', null],
])('%s', (marked, name) => {
  const place = marked.indexOf('|')
  const line = marked.replace('|', '')
  const found = nameAround(line, 100, 100 + place)
  const named = found === null ? null : { text: found.text, there: line.slice(found.from - 100, found.to - 100) }
  expect(named).toEqual(name === null ? null : { text: name, there: name })
})
