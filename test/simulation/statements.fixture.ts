/** Statements whose state recovery is simulated, at least one for each operator that keeps some, and the tables that they read. */
import type { VirtualTime } from './virtual-time.fixture.ts'

export interface SimulatedStatement {
  readonly sql: string
  readonly settings?: Readonly<Record<string, string>>
  /** Whether the answer follows from the order in which rows come, so that only one worker always gives the same. */
  readonly inOrder?: true
}

/** Rows of "clicks" may come too late; "people" ends, and may be looked up; splits of "legs" come at any pace; rows of the others come somewhat out of order. */
export const tables = `
CREATE TABLE orders (id INT, k INT, s STRING, n BIGINT, d DECIMAL(10, 2), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '3' SECOND)
  WITH ('connector' = 'simulated', 'splits' = '4');
CREATE TABLE payments (id INT, k INT, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '3' SECOND)
  WITH ('connector' = 'simulated', 'splits' = '3', 'rows' = '40');
CREATE TABLE clicks (id INT, k INT, s STRING, n BIGINT, ts TIMESTAMP(3), pt AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '3' SECOND)
  WITH ('connector' = 'simulated', 'late' = 'true');
CREATE TABLE notes (id INT, k INT, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '10' MINUTE) WITH ('connector' = 'simulated');
CREATE TABLE rates (k INT, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '3' SECOND, PRIMARY KEY (k) NOT ENFORCED)
  WITH ('connector' = 'simulated', 'rows' = '30');
CREATE TABLE legs (id INT, k INT, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '3' SECOND)
  WITH ('connector' = 'simulated', 'splits' = '4', 'named' = 'true');
CREATE TABLE people (id INT, k INT, s STRING, n BIGINT) WITH ('connector' = 'simulated', 'rows' = '12', 'bounded' = 'true');
CREATE TABLE ledger (id INT, k INT, s STRING, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '3' SECOND)
  WITH ('connector' = 'simulated', 'splits' = '2', 'rows' = '120', 'bounded' = 'true')`

/** The file of the functions that statements call. */
export function functionsOf(time: VirtualTime): Readonly<Record<string, unknown>> {
  return {
    tenfold: {
      parameters: ['INT'],
      returns: 'INT',
      async: true,
      evaluate: async (value: number | null) => {
        await time.after((value ?? 0) % 4)
        return value === null ? null : value * 10
      },
    },
    squares: {
      parameters: ['BIGINT'],
      returns: 'BIGINT',
      accumulator: 'ROW<total BIGINT, times INT>',
      createAccumulator: () => [0, 0],
      accumulate: (state: number[], value: number | null) => addSquare(state, value, 1),
      retract: (state: number[], value: number | null) => addSquare(state, value, -1),
      getValue: ([total = 0, times = 0]: number[]) => total + times,
    },
  }
}

function addSquare(state: number[], value: number | null, by: 1 | -1): void {
  state[0] = (state[0] ?? 0) + by * (value ?? 0) ** 2
  state[1] = (state[1] ?? 0) + by
}

/** `query` written to a table that takes all four kinds of change. */
function all(query: string, more: Partial<SimulatedStatement> = {}): SimulatedStatement {
  return { sql: `CREATE TABLE written WITH ('connector' = 'simulated') AS ${query}`, ...more }
}

/** `query` written to a table that takes changes by `key`. */
function byKey(columns: string, key: string, query: string): SimulatedStatement {
  const table = `CREATE TABLE written (${columns}, PRIMARY KEY (${key}) NOT ENFORCED) WITH ('connector' = 'simulated', 'takes' = 'upsert')`
  return { sql: `${table};\nINSERT INTO written ${query}` }
}

const inOrder = { inOrder: true } as const
const batch = { settings: { 'execution.runtime-mode': 'batch' } }
const totals = '(SELECT k, COUNT(*) AS c, SUM(n) AS total FROM orders GROUP BY k)'
const latest = '(SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS place FROM notes) WHERE place = 1)'
const windows = (kind: string, sizes: string, table = 'clicks'): string => `TABLE(${kind}(TABLE ${table}, DESCRIPTOR(ts), ${sizes}))`
const tumbling = (table: string): string => `(SELECT * FROM ${windows('TUMBLE', "INTERVAL '10' SECOND", table)})`
const inSameWindow = 'l.k = r.k AND l.window_start = r.window_start AND l.window_end = r.window_end'
const measured = 'COUNT(*) AS c, SUM(n) AS total, MIN(n) AS least, COUNT(DISTINCT s) AS texts'

const aggregates: Readonly<Record<string, SimulatedStatement>> = {
  'no state': all('SELECT id, n * 2 AS twice FROM orders WHERE n > 2'),
  'group aggregate': all(
    'SELECT k, COUNT(*) AS c, SUM(n) AS total, AVG(d) AS mean, MIN(s) AS least, MAX(ts) AS latest FROM orders GROUP BY k',
  ),
  'aggregate of everything': all('SELECT COUNT(*) AS c, SUM(n) AS total, MAX(n) AS most FROM orders'),
  'aggregate of changing rows': all(
    `SELECT c, COUNT(*) AS parts, SUM(total) AS total, MIN(total) AS least, MAX(k) AS most, COUNT(DISTINCT total) AS totals FROM ${totals} GROUP BY c`,
  ),
  'distinct and filtered aggregates': all(
    'SELECT s, COUNT(DISTINCT k) AS ks, SUM(DISTINCT n) FILTER (WHERE n > 3) AS most, COUNT(*) AS c FROM orders GROUP BY s HAVING COUNT(*) > 2',
  ),
  'distinct values by bucket': all(
    'SELECT s, COUNT(DISTINCT k) AS ks, COUNT(DISTINCT n) FILTER (WHERE n > 3) AS most, SUM(n) AS total FROM orders GROUP BY s',
    { settings: { 'table.optimizer.distinct-agg.split.enabled': 'true', 'table.optimizer.distinct-agg.split.bucket-num': '4' } },
  ),
  cube: all('SELECT k, s, COUNT(*) AS c, GROUPING_ID(k, s) AS g FROM orders GROUP BY CUBE (k, s)'),
  'lists and first values': all(
    'SELECT k, LISTAGG(s) AS texts, ARRAY_AGG(id) AS ids, FIRST_VALUE(n) AS f, LAST_VALUE(n) AS l, COLLECT(s) AS bag FROM clicks GROUP BY k',
    inOrder,
  ),
  percentiles: all(
    'SELECT k, PERCENTILE(n, 0.3) AS third, STDDEV_POP(n) AS spread, COUNT(DISTINCT s) AS texts FROM clicks GROUP BY k',
    inOrder,
  ),
  'aggregate of a user': {
    sql: `CREATE TEMPORARY FUNCTION squares AS 'squares' LANGUAGE TYPESCRIPT USING FILE 'functions.ts';
      ${all(`SELECT c, squares(total) AS p, COUNT(*) AS parts FROM ${totals} GROUP BY c`).sql}`,
  },
  'rows by key': byKey('k INT, c BIGINT, total BIGINT', 'k', `SELECT k, c, total FROM ${totals} WHERE k IS NOT NULL`),
  'rows by a computed key': byKey('k INT, c BIGINT, total BIGINT', 'k', `SELECT COALESCE(k, -1), c, total FROM ${totals}`),
  'changing rows by another key': byKey('c BIGINT, k INT', 'c', `SELECT c, MAX(k) FROM ${totals} GROUP BY c`),
}

const windowed: Readonly<Record<string, SimulatedStatement>> = {
  tumble: all(`SELECT window_end, k, ${measured} FROM ${windows('TUMBLE', "INTERVAL '7' SECOND")} GROUP BY window_start, window_end, k`),
  hop: all(
    `SELECT window_end, ${measured} FROM ${windows('HOP', "INTERVAL '4' SECOND, INTERVAL '12' SECOND")} GROUP BY window_start, window_end`,
  ),
  cumulate: all(
    `SELECT window_end, s, COUNT(*) AS c, SUM(n) AS total, MAX(n) AS most FROM ${windows('CUMULATE', "INTERVAL '5' SECOND, INTERVAL '20' SECOND")} GROUP BY window_start, window_end, s`,
  ),
  session: all(
    `SELECT window_start, window_end, k, ${measured} FROM TABLE(SESSION(TABLE clicks PARTITION BY k, DESCRIPTOR(ts), INTERVAL '6' SECOND)) GROUP BY window_start, window_end, k`,
  ),
  'rows in sessions': all(
    `SELECT window_start, window_end, id, k FROM TABLE(SESSION(TABLE orders PARTITION BY k, DESCRIPTOR(ts), INTERVAL '6' SECOND))`,
  ),
  'windows in splits': all(
    `SELECT window_end, s, ${measured} FROM ${windows('TUMBLE', "INTERVAL '7' SECOND", 'orders')} GROUP BY window_start, window_end, s`,
  ),
  'windows of windows': all(
    `SELECT window_end, MAX(c) AS most FROM (SELECT window_start, window_end, k, COUNT(*) AS c FROM ${windows('HOP', "INTERVAL '4' SECOND, INTERVAL '12' SECOND", 'orders')}
      GROUP BY window_start, window_end, k) GROUP BY window_start, window_end`,
  ),
  'cascaded windows': all(
    `SELECT window_end, SUM(c) AS c, COUNT(*) AS parts FROM TABLE(TUMBLE(TABLE slim, DESCRIPTOR(wt), INTERVAL '15' SECOND)) GROUP BY window_start, window_end`.replace(
      'TABLE slim',
      'TABLE fives',
    ),
  ),
  'windows over changing rows': all(
    `SELECT window_end, COUNT(*) AS c, SUM(n) AS total FROM TABLE(TUMBLE(TABLE newest, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end`,
  ),
  'window top': all(
    `SELECT id, k, n, window_end FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, k ORDER BY n DESC, id) AS place
      FROM ${windows('TUMBLE', "INTERVAL '15' SECOND", 'orders')}) WHERE place <= 2`,
  ),
  'top of aggregated windows': all(
    `SELECT window_end, k, c, place FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY c DESC, k) AS place FROM
      (SELECT window_start, window_end, k, COUNT(*) AS c FROM ${windows('TUMBLE', "INTERVAL '15' SECOND")} GROUP BY window_start, window_end, k)) WHERE place <= 2`,
  ),
  'window deduplicate': all(
    `SELECT id, k, window_end FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, k ORDER BY ts DESC) AS place
      FROM ${windows('TUMBLE', "INTERVAL '15' SECOND", 'orders')}) WHERE place = 1`,
  ),
}

const ranked: Readonly<Record<string, SimulatedStatement>> = {
  'first row by time': all(
    'SELECT id, k, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS place FROM orders) WHERE place = 1',
  ),
  'last row by time': all(
    'SELECT id, k, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS place FROM orders) WHERE place = 1',
  ),
  'first row to come': all(
    'SELECT id, k FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k, s ORDER BY pt) AS place FROM clicks) WHERE place = 1',
    inOrder,
  ),
  'last row to come': all(
    'SELECT id, k FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k, s ORDER BY pt DESC) AS place FROM clicks) WHERE place = 1',
    inOrder,
  ),
  top: all(
    'SELECT id, k, n, place FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY n DESC, id) AS place FROM orders) WHERE place <= 3',
  ),
  'top without places': all(
    'SELECT id, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY s ORDER BY n DESC, id) AS place FROM orders) WHERE place <= 2',
  ),
  'top of changing rows': all(
    `SELECT k, total, place FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY total DESC, k) AS place FROM ${totals}) WHERE place <= 3`,
  ),
  'second place': all(
    'SELECT id, k FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY n, id) AS place FROM orders) WHERE place = 2',
  ),
  'sums over all rows before': all(
    'SELECT id, SUM(n) OVER (PARTITION BY k ORDER BY ts) AS total, COUNT(*) OVER (PARTITION BY k ORDER BY ts) AS c FROM orders',
  ),
  'sums over some rows before': all(
    'SELECT id, SUM(n) OVER w AS total, MIN(n) OVER w AS least FROM clicks WINDOW w AS (PARTITION BY k ORDER BY ts ROWS BETWEEN 3 PRECEDING AND CURRENT ROW)',
  ),
  'sums over a time before': all(
    "SELECT id, SUM(n) OVER w AS total, MAX(n) OVER w AS most FROM orders WINDOW w AS (PARTITION BY s ORDER BY ts RANGE BETWEEN INTERVAL '8' SECOND PRECEDING AND CURRENT ROW)",
  ),
  'rows before': all(
    'SELECT id, LAG(n, 2) OVER (PARTITION BY k ORDER BY ts) AS earlier, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS place FROM orders',
  ),
  'sums in the order of coming': all(
    'SELECT id, SUM(n) OVER (PARTITION BY k ORDER BY pt ROWS BETWEEN 4 PRECEDING AND CURRENT ROW) AS total FROM clicks',
    inOrder,
  ),
  distinct: all('SELECT DISTINCT k, s FROM orders'),
  'distinct of changing rows': all(`SELECT DISTINCT c FROM ${totals}`),
  intersect: all('SELECT k FROM orders INTERSECT SELECT k FROM payments'),
  'except all': all('SELECT n FROM orders EXCEPT ALL SELECT n FROM payments'),
  'union all': all(
    'SELECT k, n FROM orders UNION ALL SELECT k, n FROM payments UNION ALL SELECT * FROM (VALUES (1, 2), (3, 4)) AS v (k, n)',
  ),
  'union in an aggregate': all(
    'SELECT k, SUM(n) AS total FROM (SELECT k, n FROM orders UNION SELECT k, n FROM payments UNION SELECT * FROM (VALUES (1, 2)) AS v (k, n)) GROUP BY k',
  ),
  limit: all('SELECT id FROM clicks LIMIT 17', inOrder),
  'limit of a part': all('SELECT COUNT(*) AS n FROM (SELECT id FROM clicks LIMIT 17) AS q UNION ALL SELECT id FROM orders', inOrder),
  'order and limit below a join': all(
    'SELECT o.id, o.n FROM orders AS o LEFT JOIN payments AS p ON o.k = p.k ORDER BY o.n DESC, o.id LIMIT 4',
  ),
  'order by time': all('SELECT id, ts FROM orders ORDER BY ts'),
  'order and limit': all('SELECT id, n FROM orders ORDER BY n DESC, id LIMIT 7 OFFSET 2'),
  pattern: all(
    `SELECT * FROM orders MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES A.id AS a, LAST(B.id) AS b, C.id AS c, COUNT(B.n) AS times
      AFTER MATCH SKIP PAST LAST ROW PATTERN (A B+ C) DEFINE B AS B.n < A.n, C AS C.n >= A.n) AS m`,
  ),
  'pattern within a time': all(
    `SELECT * FROM clicks MATCH_RECOGNIZE (PARTITION BY s ORDER BY ts MEASURES FIRST(A.id) AS a, B.id AS b, SUM(A.n) AS total
      AFTER MATCH SKIP TO NEXT ROW PATTERN (A+? B) WITHIN INTERVAL '9' SECOND DEFINE B AS B.n > 8) AS m`,
  ),
}

const join = (kind: string, condition: string, columns = 'o.id, p.id AS paid, o.n, p.n AS amount'): SimulatedStatement =>
  all(`SELECT ${columns} FROM orders AS o ${kind} JOIN payments AS p ON ${condition}`)
const near = "o.k = p.k AND p.ts BETWEEN o.ts - INTERVAL '4' SECOND AND o.ts + INTERVAL '6' SECOND"

const joins: Readonly<Record<string, SimulatedStatement>> = {
  'inner join': join('INNER', 'o.k = p.k AND o.n > p.n'),
  'left join': join('LEFT', 'o.id = p.id AND o.n > p.n'),
  'right join': join('RIGHT', 'o.id = p.id + 3'),
  'full join': join('FULL', 'o.id = p.id + 7 AND o.n <> p.n'),
  'semi join': all('SELECT id, k FROM orders WHERE n IN (SELECT n FROM payments WHERE n > 0)'),
  'anti join': all('SELECT id FROM orders AS o WHERE NOT EXISTS (SELECT 1 FROM payments AS p WHERE p.k = o.k AND p.n > o.n)'),
  'join of changing rows': all(
    `SELECT a.k, a.total, b.c FROM ${totals} AS a LEFT JOIN (SELECT k, COUNT(*) AS c FROM payments GROUP BY k) AS b ON a.k = b.k`,
  ),
  'join with itself': all('SELECT a.id, b.id AS other FROM orders AS a JOIN orders AS b ON a.id = b.id + 1 AND a.s = b.s'),
  'join of three': all(
    'SELECT o.id, p.n, r.n AS rate FROM orders AS o JOIN payments AS p ON o.id = p.id LEFT JOIN rates AS r ON p.n = r.n',
  ),
  'join that rows of a key move through': byKey(
    'k INT, c BIGINT',
    'k',
    `SELECT COALESCE(t.k, -1), o.c FROM ${totals} AS t LEFT JOIN (SELECT n, COUNT(*) AS c FROM payments GROUP BY n) AS o ON t.total = o.n WHERE t.c > 2`,
  ),
  'value of a sub-query': all('SELECT id FROM orders WHERE n = (SELECT MAX(n) FROM payments)'),
  'interval join': join('INNER', near),
  'left interval join': join('LEFT', near),
  'full interval join': join('FULL', near),
  'window join': all(
    `SELECT l.id, r.id AS other, l.window_end FROM ${tumbling('orders')} AS l JOIN ${tumbling('payments')} AS r ON ${inSameWindow}`,
  ),
  'full window join': all(
    `SELECT l.id, r.id AS other FROM ${tumbling('orders')} AS l FULL JOIN ${tumbling('payments')} AS r ON ${inSameWindow} AND l.n > r.n`,
  ),
  'anti window join': all(
    `SELECT id FROM ${tumbling('orders')} AS l WHERE NOT EXISTS (SELECT 1 FROM ${tumbling('payments')} AS r WHERE ${inSameWindow})`,
  ),
  'temporal join': all('SELECT o.id, r.n AS rate FROM orders AS o JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.k = r.k'),
  'left temporal join': all('SELECT o.id, r.n AS rate FROM orders AS o LEFT JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.k = r.k'),
  'join with a table that ends': all('SELECT o.id, p.s FROM orders AS o JOIN people AS p ON o.k = p.k'),
  'left join with a table that ends': all('SELECT o.id, p.s FROM orders AS o LEFT JOIN people AS p ON o.n = p.n'),
  'lookup join': all('SELECT c.id, p.s FROM clicks AS c JOIN people FOR SYSTEM_TIME AS OF c.pt AS p ON c.k = p.k'),
  'left lookup join, aggregated': all(
    'SELECT p.s, COUNT(*) AS times, SUM(c.n) AS total FROM clicks AS c LEFT JOIN people FOR SYSTEM_TIME AS OF c.pt AS p ON c.k = p.id GROUP BY p.s',
  ),
  'asynchronous function': {
    sql: `CREATE TEMPORARY FUNCTION tenfold AS 'tenfold' LANGUAGE TYPESCRIPT USING FILE 'functions.ts';
      ${all('SELECT t, COUNT(*) AS c FROM (SELECT tenfold(k) AS t FROM orders) GROUP BY t').sql}`,
  },
  'several tables': {
    sql: `CREATE TABLE counts (k INT, c BIGINT) WITH ('connector' = 'simulated');
      CREATE TABLE big (id INT, n BIGINT) WITH ('connector' = 'simulated');
      CREATE TABLE sums (k INT, total BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'simulated', 'takes' = 'upsert');
      EXECUTE STATEMENT SET BEGIN
        INSERT INTO counts SELECT k, COUNT(*) FROM orders GROUP BY k;
        INSERT INTO big SELECT id, n FROM orders WHERE n > 5;
        INSERT INTO sums SELECT COALESCE(k, -1), SUM(n) FROM payments GROUP BY COALESCE(k, -1);
      END`,
  },
  'aggregate in a batch': all('SELECT k, COUNT(*) AS c, SUM(n) AS total FROM ledger GROUP BY k', batch),
  'windows in a batch': all(
    `SELECT window_end, COUNT(*) AS c FROM ${windows('TUMBLE', "INTERVAL '10' SECOND", 'ledger')} GROUP BY window_start, window_end`,
    batch,
  ),
  'order in a batch': all('SELECT id, n FROM ledger ORDER BY n, id', batch),
  'places in a batch': all(
    'SELECT id, RANK() OVER (PARTITION BY k ORDER BY n DESC) AS place, SUM(n) OVER (PARTITION BY k) AS total FROM ledger',
    batch,
  ),
}

/** The same with a table that takes the rows that come too late. */
function withLate(statement: SimulatedStatement): SimulatedStatement {
  const table = `CREATE TABLE late_rows (operator_name STRING, row_time TIMESTAMP(3), watermark_time TIMESTAMP(3), late_row STRING)
    WITH ('connector' = 'simulated')`
  return {
    ...statement,
    sql: `${table};\n${statement.sql}`,
    settings: { ...statement.settings, 'table.exec.late-rows.table': 'late_rows' },
  }
}

/** Aggregates of windows, over splits of which each has a watermark of its own. */
const ofSplits = `SELECT window_end, k, COUNT(*) AS c FROM ${windows('TUMBLE', "INTERVAL '10' SECOND", 'legs')} GROUP BY window_start, window_end, k`
const aligned = `/*+ OPTIONS('scan.watermark.alignment.group' = 'g', 'scan.watermark.alignment.max-drift' = '4 s', 'scan.watermark.alignment.update-interval' = '2 ms') */`

const splits: Readonly<Record<string, SimulatedStatement>> = {
  'windows over splits': all(ofSplits),
  'aligned sources': all(
    `SELECT l.id AS a, p.id AS b FROM legs ${aligned} AS l JOIN payments ${aligned} AS p ON l.k = p.k AND p.ts BETWEEN l.ts - INTERVAL '4' SECOND AND l.ts`,
  ),
}

const lateRows: Readonly<Record<string, SimulatedStatement>> = {
  'late rows of windows': withLate(
    all(`SELECT k, window_end, SUM(n) AS total FROM ${windows('TUMBLE', "INTERVAL '10' SECOND")} GROUP BY k, window_start, window_end`),
  ),
  'late rows of sessions, and of a frame': withLate({
    sql: `CREATE TABLE sessions (k INT, c BIGINT) WITH ('connector' = 'simulated');
      CREATE TABLE sums (id INT, total BIGINT) WITH ('connector' = 'simulated');
      EXECUTE STATEMENT SET BEGIN
        INSERT INTO sessions SELECT k, COUNT(*) FROM TABLE(SESSION(TABLE clicks PARTITION BY k, DESCRIPTOR(ts), INTERVAL '6' SECOND))
          GROUP BY window_start, window_end, k;
        INSERT INTO sums SELECT id, SUM(n) OVER (PARTITION BY k ORDER BY ts) FROM clicks;
      END`,
  }),
  'late rows of matches': withLate(
    all(`SELECT * FROM clicks MATCH_RECOGNIZE (PARTITION BY s ORDER BY ts MEASURES A.id AS a, B.id AS b PATTERN (A B)
      DEFINE B AS B.n > A.n) AS m`),
  ),
}

const views = `CREATE TEMPORARY VIEW newest AS SELECT * FROM ${latest};
CREATE TEMPORARY VIEW fives AS SELECT k, window_time AS wt, COUNT(*) AS c FROM ${windows('TUMBLE', "INTERVAL '5' SECOND", 'orders')}
  GROUP BY window_start, window_end, window_time, k;`

export const statements: Readonly<Record<string, SimulatedStatement>> = Object.fromEntries(
  Object.entries({ ...aggregates, ...windowed, ...ranked, ...joins, ...splits, ...lateRows }).map(([name, statement]) => [
    name,
    { ...statement, sql: `${views}\n${statement.sql}` },
  ]),
)
