/** Runs that are broken off in the middle: it is seen when they answer otherwise, and when they were not broken off at all. */
import { describe, expect, test } from 'vitest'
import { localTestWorld } from '#cli'
import type { TestWorld } from '#sqltest'
import { failuresOf, runText } from './world.ts'

const numbers = `table numbers
| n INT |
| 1     |
| ----- |
| 2     |
restart
| 3     |
`

/** Tells of all files that tests write into their folders. */
function watched(seen: string[]): TestWorld {
  return {
    ...localTestWorld,
    async createFolder() {
      const folder = await localTestWorld.createFolder()
      return {
        ...folder,
        async remove() {
          seen.push(...(await folder.read('checkpoints')).map(({ name }) => name))
          return folder.remove()
        },
      }
    },
  }
}

test('a run goes on from its checkpoint', async () => {
  const seen: string[] = []
  const text = `${numbers}\ntest: sum\nSELECT SUM(n) AS total FROM numbers\nrows:\n| total |\n|     6 |\n`
  expect(await runText(text, 'a.sqltest', watched(seen))).toMatchObject([{ outcome: 'passed' }])
  // After 1, not after 2, then after 2 in the second life, after 3 and at the end, of which two are kept.
  expect(seen.filter((name) => name.includes('checkpoints/')).sort()).toEqual([
    '1/checkpoints/00000003.json',
    '1/checkpoints/00000004.json',
  ])
})

test('an answer that hangs on the life of a run is told, with the rows', async () => {
  // Its numbers are drawn anew when the run begins anew.
  const text = `${numbers}\ntest: drawn\nSELECT n, RAND_INTEGER(7, 1000) AS drawn FROM numbers\nrows:\n| n |\n`
  const failures = await failuresOf(text)
  expect(failures).toContain('a.sqltest:11: drawn: the rows differ after the restart at line 6 (- without, + with it)\n')
  expect(failures).toContain('1 as expected, 2 changed.')
})

test('what was written to files before is not written again', async () => {
  const text = `${numbers}
test: files
CREATE TABLE out_ (n INT) WITH ('connector' = 'filesystem', 'path' = '$dir/out', 'format' = 'csv');
INSERT INTO out_ SELECT n FROM numbers;
files out:
1
2
3
`
  expect(await failuresOf(text)).toBe('')
})

describe('a restart that does not come is told', () => {
  test('of a table that is not read to there', async () => {
    const text = `${numbers}\ntest: limit\nSELECT n FROM numbers LIMIT 1\nrows:\n| n |\n| 1 |\n`
    expect(await failuresOf(text)).toContain(
      'a.sqltest:6: limit: the restart did not come\n  error: no run came to the restart in table "numbers"',
    )
  })

  test('of a table of the test that nothing reads', async () => {
    const text = `test: alone\n${numbers}SELECT 1 AS n\nrows:\n| n |\n| 1 |\n`
    expect(await failuresOf(text)).toContain('a.sqltest:7: alone: the restart did not come')
  })

  test('but not of a table that all tests of the file share, and one does not read', async () => {
    expect(await failuresOf(`${numbers}\ntest: other\nSELECT 1 AS n\nrows:\n| n |\n| 1 |\n`)).toBe('')
  })
})

test('every statement that reads the table is broken off', async () => {
  const seen: string[] = []
  const text = `${numbers}
test: two
SELECT COUNT(*) AS n FROM numbers
rows:
| n |
| 3 |

SELECT MAX(n) AS n FROM numbers
rows:
| n |
| 3 |
`
  expect(await runText(text, 'a.sqltest', watched(seen))).toMatchObject([{ outcome: 'passed' }])
  expect(new Set(seen.map((name) => name.split('/')[0]))).toEqual(new Set(['1', '2']))
})
