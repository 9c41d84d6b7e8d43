/** Tests of SQL whose statements go to a gateway, with ours in the place of Flink's. */
import { expect, test } from 'vitest'
import { MillraceError } from '#base'
import { localTestWorld } from '#cli'
import { RemoteSession } from '#query'
import { parseTestFile, runTest, type TestResult } from '#sqltest'
import { openGateway, token } from './gateway.fixture.ts'

const text = `table t
  WATERMARK FOR ts AS ts
| k STRING | ts TIMESTAMP(3)     |
| a        | 2024-01-01 00:00:00 |
| -        | -                   |
| b        | 2024-01-01 00:00:09 |

test: the same
SELECT k FROM t
rows:
| k |
| a |
| b |

test: sorted
SELECT k FROM t ORDER BY k DESC
rows in order:
| k |
| b |
| a |

test: another answer than is said
SELECT k FROM t WHERE k = 'a'
rows:
| k |
| z |

test: an answer that is said to differ
own: for a reason
SELECT k FROM t WHERE k = 'a'
rows:
| k |
| a |

test: one that does
own: for a reason
SELECT k FROM t WHERE k = 'a'
rows:
| k |
| z |

test: a script
script some.sql
SELECT k FROM t
rows:
| k |

test: refused
SELECT k FROM missing
rows:
| k |

test: refused on both sides
SELECT k FROM missing
error: SOME_ERROR
`

test('answers of a gateway are judged by what the tests expect', async () => {
  const { server } = await openGateway()
  const address = { url: `http://127.0.0.1:${server.port}/`, headers: { authorization: `Bearer ${token}` } }
  const world = { ...localTestWorld, openRemote: (settings: Readonly<Record<string, string>>) => RemoteSession.open(address, settings) }
  const file = parseTestFile('a.sqltest', text)
  const results: TestResult[] = []
  for (const each of file.tests) results.push(await runTest(file, each, world, new AbortController().signal))
  expect(results.map(({ outcome, verdict }) => `${outcome}: ${verdict}`)).toEqual([
    'passed: same',
    'passed: same',
    'failed: differs',
    'failed: same',
    'gap: differs',
    'passed: not asked',
    'failed: refused',
    'passed: same',
  ])
  const failures = results.flatMap((result) => result.failures)
  expect(failures[0]).toContain('the rows differ')
  expect(failures[1]).toContain('Flink gives the same answer, but it says "own: for a reason"')
  expect(failures[2]).toContain('table "missing" does not exist')
})

test('a cluster that is away gives no answer, not even to who expects an error', async () => {
  const away = new MillraceError('ENGINE_FLINK_UNREACHABLE', { blame: 'external', message: 'the cluster is away' }, {})
  const session = { settings: { get: () => 'UTC' }, run: () => Promise.reject(away), close: () => Promise.resolve() }
  const world = { ...localTestWorld, openRemote: () => Promise.resolve(session as unknown as RemoteSession) }
  const file = parseTestFile(
    'a.sqltest',
    "test: an error\nSELECT CAST('x' AS INT) AS b\nerror: SOME_ERROR\n\ntest: its own\nown: why\nSELECT 1 AS a\nrows:\n| a |\n",
  )
  for (const each of file.tests) {
    const result = await runTest(file, each, world, new AbortController().signal)
    expect(result).toMatchObject({ outcome: 'failed', verdict: 'lost' })
    expect(result.failures.join()).toContain('the cluster is away')
  }
})
