/** DuckDB judges what is read and written here. */
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Batch, type DataType, doubleType, integerType, rowsOf, stringType, timestampType } from '#data'
import type { ConnectorTable } from '../connector.ts'
import { filesystemSource } from './source.ts'
import { openWriter, readWhole, requestOf, tableAt, temporaryDirectory, writeWhole } from './table.fixture.ts'

const orderLines: Record<string, DataType> = {
  InvoiceNo: stringType,
  StockCode: stringType,
  Description: stringType,
  Quantity: integerType,
  InvoiceDate: timestampType,
  UnitPrice: doubleType,
  CustomerID: stringType,
  Country: stringType,
}

/** Half a million real order lines where MILLRACE_DATA names a folder of real data, else some made up in their likeness. */
function orderFile(): string {
  const real = path.resolve(process.env['MILLRACE_DATA'] ?? '', 'online-retail', 'online-retail.csv.gz')
  if (existsSync(real)) return real
  const file = path.join(temporaryDirectory(), 'orders.csv')
  const line = (n: number) =>
    `${536365 + n},${n % 97}B,"A ""fine"" thing, no. ${n}",${n % 13},2010-12-01 08:26:00,${n / 100},,United Kingdom\n`
  writeFileSync(file, `${Object.keys(orderLines).join(',')}\n${Array.from({ length: 20_000 }, (_, n) => line(n)).join('')}`)
  return file
}

async function ask(sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    const result = await connection.runAndReadAll(sql)
    return result.getRowsJS()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function copy(from: ConnectorTable, to: ConnectorTable): Promise<number> {
  const reader = await filesystemSource(from).open(requestOf(from))
  const writer = await openWriter(to)
  let rows = 0
  for (;;) {
    const next = await reader.read()
    if (next === null) break
    rows += next.batch.length
    await writer.write(next.batch satisfies Batch)
  }
  await writer.commit(await writer.prepare())
  await writer.close()
  await reader.close()
  return rows
}

const columns = `{'InvoiceNo': 'VARCHAR', 'StockCode': 'VARCHAR', 'Description': 'VARCHAR', 'Quantity': 'INTEGER',
  'InvoiceDate': 'TIMESTAMP', 'UnitPrice': 'DOUBLE', 'CustomerID': 'VARCHAR', 'Country': 'VARCHAR'}`

test.each(['csv', 'json'])(
  'order lines that were read and written again as %s are the same',
  async (format) => {
    const source = orderFile()
    const directory = temporaryDirectory()
    const options = { 'csv.header': 'true', 'csv.null-literal': '' }
    const rows = await copy(
      tableAt(source, orderLines, { options }),
      tableAt(directory, orderLines, { options: { format, ...(format === 'csv' ? options : {}) } }),
    )
    const read = (glob: string) =>
      `read_csv('${glob}', header = true, delim = ',', quote = '"', escape = '"', columns = ${columns}, auto_detect = false)`
    const ours =
      format === 'csv'
        ? read(`${directory}/part-*`)
        : `read_json('${directory}/part-*', format = 'newline_delimited', columns = ${columns})`
    const difference = (a: string, b: string) => `(SELECT count(*) FROM (SELECT * FROM ${a} EXCEPT ALL SELECT * FROM ${b}))`
    const [answer] = await ask(
      `SELECT (SELECT count(*) FROM ${read(source)}), ${difference(read(source), ours)}, ${difference(ours, read(source))}`,
    )
    expect(answer?.map(Number)).toEqual([rows, 0, 0])
  },
  120_000,
)

test('texts with quotes and line ends are read by DuckDB as they were written, and by us as DuckDB writes them', async () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[ab,"'\n\r ]{0,8}$/))
  // DuckDB takes neither zero bytes nor empty texts that are told from NULL.
  const value = text.map((words) => `x${words.replaceAll('\u0000', '')}`)
  const rows = fc.sample(fc.tuple(fc.nat(), value, value), 2000).map((row, index) => [index, row[1], row[2]])
  const directory = temporaryDirectory()
  const table = tableAt(path.join(directory, 'ours'), { n: integerType, a: stringType, b: stringType })
  await writeWhole(table, rows)
  const read = `read_csv('${directory}/ours/part-*', header = false, delim = ',', quote = '"', escape = '"', new_line = '\\n',
    columns = {'n': 'INTEGER', 'a': 'VARCHAR', 'b': 'VARCHAR'}, auto_detect = false, parallel = false)`
  expect(await ask(`SELECT * FROM ${read} ORDER BY n`)).toEqual(rows)
  await ask(`COPY (SELECT * FROM ${read} ORDER BY n) TO '${directory}/theirs.csv' (HEADER true)`)
  const theirs = tableAt(
    path.join(directory, 'theirs.csv'),
    { n: integerType, a: stringType, b: stringType },
    { options: { 'csv.header': 'true' } },
  )
  expect((await readWhole(theirs)).rows).toEqual(rows)
}, 60_000)

test('order lines have the sum that DuckDB finds', async () => {
  const file = orderFile()
  const table = tableAt(file, orderLines, { options: { 'csv.header': 'true' } })
  const request = requestOf(table, ['Quantity'])
  const reader = await filesystemSource(table).open(request)
  let sum = 0
  let count = 0
  for (;;) {
    const next = await reader.read()
    if (next === null) break
    for (const [quantity] of rowsOf(next.batch, [{ name: 'Quantity', type: integerType }])) sum += Number(quantity)
    count += next.batch.length
  }
  await reader.close()
  const [known] = await ask(`SELECT sum(Quantity), count(*) FROM read_csv('${file}', header = true)`)
  expect([sum, count]).toEqual(known?.map(Number))
}, 60_000)
