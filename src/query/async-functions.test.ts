/** Functions that users write as asynchronous ones: their rows keep their order, and nothing is lost while they wait. */
import { setTimeout as pause } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { type MillraceError, systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import { changeNames, rowAt, type Schema } from '#data'
import { EmbeddedEngine } from '#engines'
import type { AsyncScalarFunction } from './function-types.ts'
import { QuerySession } from './session.ts'
import { UserFunctions } from './user-functions.ts'

/** Calls under way, and the most that there were at a time. */
const underWay = { now: 0, most: 0 }
/** Calls of each value. */
const calls = new Map<number, number>()

async function answered(value: number, ms: number): Promise<number> {
  underWay.now += 1
  underWay.most = Math.max(underWay.most, underWay.now)
  calls.set(value, (calls.get(value) ?? 0) + 1)
  await pause(ms)
  underWay.now -= 1
  return value * 10
}

const number = { parameters: ['INT'], returns: 'INT', async: true } as const
const declarations: Readonly<Record<string, unknown>> = {
  /** The later rows answer first. */
  tenfold: { ...number, evaluate: (value: number | null) => (value === null ? null : answered(value, 20 - value)) },
  /** A function that has the answer at hand. */
  at_hand: { ...number, evaluate: (value: number) => value + 1 },
  second_time: {
    ...number,
    evaluate: async (value: number) => {
      if ((calls.get(value) ?? 0) < 1) {
        await answered(value, 0)
        throw new TypeError('come again')
      }
      return answered(value, 0)
    },
  },
  fails: { ...number, evaluate: (value: number) => (value === 3 ? Promise.reject(new TypeError('not this one')) : Promise.resolve(value)) },
  throws: {
    ...number,
    evaluate: () => {
      throw new TypeError('at once')
    },
  },
  never: { ...number, evaluate: () => new Promise(() => undefined) } satisfies AsyncScalarFunction<[], number>,
  wrong: { ...number, evaluate: () => Promise.resolve('text') },
  rows: { ...number, returns: 'TABLE<a INT>', evaluate: () => Promise.resolve([]) },
  odd: { ...number, async: 'yes', evaluate: () => 1 },
}

beforeEach(() => {
  underWay.most = 0
  calls.clear()
})

function open(settings: Record<string, string> = {}): QuerySession {
  const functions = new UserFunctions(() => Promise.resolve(declarations))
  return new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({ clock: systemClock, userFunction: (user) => functions.callable(user) }),
    settings,
    clock: systemClock,
    loadFunction: (definition) => functions.load(definition),
  })
}

const names = ['tenfold', 'at_hand', 'second_time', 'fails', 'throws', 'never', 'wrong']
const definitions = `${names.map((name) => `CREATE FUNCTION ${name} AS 'functions.ts#${name}';`).join(' ')}
  CREATE VIEW t AS SELECT * FROM (VALUES (1), (2), (3), (CAST(NULL AS INT)), (5)) AS t(x);`

async function changesOf(query: string, settings: Record<string, string> = {}): Promise<string[]> {
  const changes: string[] = []
  let schema: Schema = []
  await open(settings).run(
    `${definitions}\n${query}`,
    {
      opened: (opened) => {
        schema = opened.schema
      },
      changes: (batch) => {
        for (let row = 0; row < batch.length; row++) {
          changes.push([changeNames[(batch.kinds?.[row] ?? 0) as 0], ...rowAt(batch, schema, row).map(String)].join(' '))
        }
      },
    },
    new AbortController().signal,
  )
  return changes
}

async function errorOf(query: string, settings: Record<string, string> = {}): Promise<[message: string, column: number | undefined]> {
  const error = (await changesOf(query, settings).catch((caught: unknown) => caught)) as MillraceError
  return [error.message, error.position?.column]
}

const setting = (name: string, value: string) => ({ [`table.exec.async-scalar.${name}`]: value })

describe('an asynchronous function', () => {
  test('gives each row its value, in the order of the rows', async () => {
    expect(await changesOf('SELECT x, tenfold(x) FROM t;')).toEqual(['+I 1 10', '+I 2 20', '+I 3 30', '+I null null', '+I 5 50'])
  })

  test('is called for no more rows at a time than it may', async () => {
    const limited = setting('max-concurrent-operations', '2')
    expect(await changesOf('SELECT tenfold(x) FROM t WHERE x IS NOT NULL;', limited)).toHaveLength(4)
    expect(underWay.most).toBe(2)
  })

  test('is called once for a row, and not for rows that a condition drops', async () => {
    expect(await changesOf('SELECT tenfold(x), tenfold(x) + 1 FROM t WHERE x > 1 AND tenfold(x) < 50;')).toEqual(['+I 20 21', '+I 30 31'])
    expect([...calls]).toEqual([
      [2, 1],
      [3, 1],
      [5, 1],
    ])
  })

  test('takes the value of another one, and stands in expressions and below aggregates', async () => {
    expect(await changesOf('SELECT tenfold(at_hand(x)), CASE WHEN at_hand(x) > 2 THEN 1 ELSE 0 END FROM t WHERE x < 3;')).toEqual([
      '+I 20 0',
      '+I 30 1',
    ])
    // In one batch or in several, as the answers come.
    expect((await changesOf('SELECT SUM(tenfold(x)) FROM t;')).at(-1)).toMatch(/^\+[IU] 110$/)
  })

  test('gives values for rows that change, in their order', async () => {
    const counts = 'SELECT tenfold(CAST(c AS INT)) FROM (SELECT COUNT(*) AS c FROM (SELECT at_hand(x) AS y FROM t) GROUP BY y > 2);'
    const changes = await changesOf(counts)
    expect(changes.filter((change) => change.startsWith('+I'))).not.toEqual([])
    const rows = new Map<string, number>()
    for (const change of changes) {
      const [op, value] = [change.slice(0, 2), change.slice(3)]
      rows.set(value, (rows.get(value) ?? 0) + (op === '+I' || op === '+U' ? 1 : -1))
    }
    expect(new Map([...rows].filter(([, count]) => count !== 0))).toEqual(
      new Map([
        ['20', 1],
        ['30', 1],
      ]),
    )
  })

  test('is tried again after a failure, as often as it may', async () => {
    expect(await changesOf('SELECT second_time(x) FROM t WHERE x < 3;', setting('retry-delay', '1 ms'))).toEqual(['+I 10', '+I 20'])
    const once = setting('retry-strategy', 'NO_RETRY')
    calls.clear()
    expect(await errorOf('SELECT second_time(x) FROM t WHERE x < 3;', once)).toEqual([
      'function second_time stopped with an error: come again',
      8,
    ])
  })

  test('names itself, its row and the place of its call when it fails', async () => {
    const error = (await changesOf('SELECT fails(x) FROM t;', setting('retry-delay', '1 ms')).catch(
      (caught: unknown) => caught,
    )) as MillraceError
    expect([error.message, error.detail]).toEqual([
      'function fails stopped with an error: not this one',
      'It was called for row 3 of its input, and tried 3 times.',
    ])
    expect(await errorOf('SELECT throws(x) FROM t;', setting('max-attempts', '1'))).toEqual([
      'function throws stopped with an error: at once',
      8,
    ])
    expect(await errorOf('SELECT wrong(x) FROM t;')).toEqual(['function wrong gave the text "text", expected INT', 8])
  })

  test('is not waited for longer than it may take', async () => {
    expect(await errorOf('SELECT never(x) FROM t;', setting('timeout', '10 ms'))).toEqual(['function never gave no value within 10 ms', 8])
  })

  test('is refused where nobody can wait for it', async () => {
    const join = 'SELECT * FROM t AS a JOIN t AS b ON a.x = b.x AND tenfold(a.x) > b.x;'
    expect(await errorOf(join)).toEqual(['function tenfold gives its values later, which cannot be waited for here', 51])
    await expect(open().run("CREATE FUNCTION rows_later AS 'functions.ts#rows';", {}, new AbortController().signal)).rejects.toThrow(
      'expected a function without "async", since it gives rows',
    )
    await expect(open().run("CREATE FUNCTION odd AS 'functions.ts#odd';", {}, new AbortController().signal)).rejects.toThrow(
      'expected "async" as true or false',
    )
  })
})
