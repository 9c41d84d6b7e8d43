/** What a session on a cluster does before its statements: it brings the JARs that their tables need, each once. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type FindLibraries, RemoteSession } from '#query'

/** A gateway that does nothing, and keeps what it was told to. */
async function serveStatements(): Promise<{ readonly url: string; readonly statements: string[] }> {
  const statements: string[] = []
  const answering = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const place = request.url ?? ''
    if (place.endsWith('/statements')) statements.push((JSON.parse(body) as { statement: string }).statement)
    const answer = { versions: ['V4'], sessionHandle: 's', properties: {}, operationHandle: 'o', resultType: 'EOS', resultKind: 'SUCCESS' }
    response.end(JSON.stringify(answer))
  }
  const server = createServer((request, response) => void answering(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, statements }
}

const table = (format: string): string => `CREATE TABLE t (n INT) WITH ('connector' = 'filesystem', 'format' = '${format}')`

/** Runs texts in one session, which finds a JAR for each format that it is not told to refuse. */
async function run(...texts: string[]): Promise<{ readonly statements: string[]; readonly failure: unknown }> {
  const { url, statements } = await serveStatements()
  const found: string[] = []
  const findLibraries: FindLibraries = (uses) => {
    for (const { kind, name } of uses) {
      if (name === 'nonsense') return Promise.reject(new TypeError('refused'))
      if (kind === 'format') found.push(`/it's/${name}.jar`)
    }
    return Promise.resolve([...found])
  }
  const session = await RemoteSession.open({ url, headers: {} }, {}, { findLibraries })
  try {
    for (const text of texts) await session.run(text, {}, new AbortController().signal)
    return { statements, failure: null }
  } catch (failure) {
    return { statements, failure }
  }
}

test('JARs come before the first statement, each once', async () => {
  const { statements } = await run(`SELECT 1; ${table('avro')};`, table('avro'), table('parquet'))
  expect(statements).toEqual([
    "ADD JAR '/it''s/avro.jar'",
    'SELECT 1;',
    `${table('avro')};`,
    table('avro'),
    "ADD JAR '/it''s/parquet.jar'",
    table('parquet'),
  ])
})

test('where a table is refused, nothing runs', async () => {
  const { statements, failure } = await run(`SELECT 1; ${table('nonsense')}`)
  expect([statements, failure]).toEqual([[], new TypeError('refused')])
})

test('who brings JARs of his own is refused nothing, then and later', async () => {
  const { statements, failure } = await run(`ADD JAR '/own.jar'; ${table('nonsense')}`, table('nonsense'))
  expect(failure).toBeNull()
  expect(statements).toEqual(["ADD JAR '/own.jar';", table('nonsense'), table('nonsense')])
})
