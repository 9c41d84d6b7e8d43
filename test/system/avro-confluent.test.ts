/** The format avro-confluent with a real schema registry. */
import { createServer, request, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Batch, batchOf, bigintType, doubleType, rowsOf, type Schema, stringType, withNullable } from '#data'
import { formatNamed, loadFormat, type MessageCodec, type Messages, readOptions } from '#formats'
import { installSchemaRegistry, type SchemaRegistry, startSchemaRegistry } from './schema-registry.fixture.ts'

const name = 'avro-confluent'
let registry: SchemaRegistry
let codec: MessageCodec
let options: Parameters<typeof readOptions>[1]
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  await installSchemaRegistry()
  registry = await startSchemaRegistry()
  await loadFormat(name)
  const format = formatNamed(name)
  if (format.kind !== 'message') throw new Error('avro-confluent is a format of messages')
  codec = format.messages
  options = format.options
}, 600_000)
afterAll(async () => {
  for (const close of closing) await close()
  await registry?.remove()
})

type Clause = Record<string, string>

function tableOf(schema: Schema, clause: Clause) {
  const keys = Object.entries({ url: registry.url, ...clause }).map(([key, value]) => [`${name}.${key}`, value] as const)
  return { name: 't', schema, timeZone: 'UTC', options: readOptions('table "t"', options, Object.fromEntries(keys)) }
}

function decoderOf(schema: Schema, clause: Clause = {}) {
  const decoder = codec.decoder(
    tableOf(schema, clause),
    schema.map(({ name: key, type }) => ({ kind: 'physical', key, type })),
  )
  closing.push(async () => decoder.close?.())
  return decoder
}

/** The messages of rows, each by itself. */
async function encode(schema: Schema, rows: unknown[][], clause: Clause): Promise<Uint8Array[]> {
  const encoder = codec.encoder?.(tableOf(schema, clause))
  if (encoder === undefined) throw new Error('avro-confluent is written, too')
  try {
    const { bytes, starts, ends, length } = await encoder.encode(batchOf(schema, rows))
    return Array.from({ length }, (_, place) => bytes.slice(starts[place], ends[place]))
  } finally {
    await encoder.close?.()
  }
}

function messagesOf(values: readonly Uint8Array[]): Messages {
  const bytes = new Uint8Array(values.reduce((sum, value) => sum + value.length + 1, 0))
  const starts = new Int32Array(values.length)
  const ends = new Int32Array(values.length)
  let at = 0
  for (const [place, value] of values.entries()) {
    bytes.set(value, at)
    starts[place] = at
    ends[place] = at + value.length
    at += value.length + 1
  }
  return { bytes, starts, ends, length: values.length }
}

async function decode(decoder: ReturnType<typeof decoderOf>, schema: Schema, values: readonly Uint8Array[]) {
  const messages = messagesOf(values)
  const rows: unknown[][] = []
  const faults: string[] = []
  for (let from = 0; from < messages.length; ) {
    from = await decoder.decode(messages, from)
    const batch: Batch = decoder.batch
    rows.push(...rowsOf(batch, schema))
    faults.push(...decoder.faults.map(({ place, detail }) => `${place}: ${detail}`))
  }
  return { rows, faults }
}

const first: Schema = [
  { name: 'id', type: withNullable(bigintType, false) },
  { name: 'note', type: stringType },
]
const second: Schema = [...first, { name: 'price', type: doubleType }]
const third: Schema = [first[0] as Schema[number], { name: 'price', type: doubleType }]

describe('a subject whose schema grows and shrinks', () => {
  test('gives messages with several ids, which one table reads', async () => {
    const clause = { subject: 'orders-value' }
    const messages = [
      ...(await encode(first, [[1, 'a']], clause)),
      ...(await encode(second, [[2, 'b', 0.5]], clause)),
      ...(await encode(third, [[3, 1.5]], clause)),
      ...(await encode(first, [[4, null]], clause)),
    ]
    const ids = messages.map((message) => new DataView(message.buffer, message.byteOffset).getInt32(1))
    expect(new Set(ids).size).toBe(3)
    expect(ids[3]).toBe(ids[0])
    const mixed = [messages[1], messages[0], messages[3], messages[2], messages[0]].map((message) => message as Uint8Array)
    expect(await decode(decoderOf(second), second, mixed)).toEqual({
      rows: [
        [2, 'b', 0.5],
        [1, 'a', null],
        [4, null, null],
        [3, null, 1.5],
        [1, 'a', null],
      ],
      faults: [],
    })
  })

  test('does not take a schema that cannot read what was written before', async () => {
    const clause = { subject: 'strict-value' }
    await encode(first, [[1, 'a']], clause)
    const strict: Schema = [...first, { name: 'must', type: withNullable(bigintType, false) }]
    await expect(encode(strict, [[1, 'a', 2]], clause)).rejects.toMatchObject({
      code: 'FORMATS_REGISTRY_SCHEMA_INCOMPATIBLE',
      blame: 'user',
    })
  })

  test('may be written only by schemas that are there', async () => {
    const clause = { subject: 'closed-value', 'auto.register.schemas': 'false' }
    await expect(encode(first, [[1, 'a']], clause)).rejects.toMatchObject({ code: 'FORMATS_REGISTRY_SCHEMA_NOT_FOUND' })
    const [registered] = await encode(first, [[1, 'a']], { subject: 'closed-value' })
    expect(await encode(first, [[1, 'a']], clause)).toEqual([registered])
    const id = new DataView((registered as Uint8Array).buffer, (registered as Uint8Array).byteOffset).getInt32(1)
    expect(await encode(first, [[1, 'a']], { 'schema-id': String(id) })).toEqual([registered])
    await expect(encode(third, [[1, 1]], { 'schema-id': String(id) })).rejects.toMatchObject({ code: 'FORMATS_AVRO_SCHEMA_MISMATCH' })
  })
})

describe('the registry', () => {
  test('does not know every id', async () => {
    const [known] = await encode(first, [[1, 'a']], { subject: 'ids-value' })
    const unknown = (known as Uint8Array).slice()
    new DataView(unknown.buffer).setInt32(1, 999_999)
    expect(await decode(decoderOf(first), first, [unknown, known as Uint8Array, unknown])).toEqual({
      rows: [[1, 'a']],
      faults: ['0: Schema 999999 does not exist in the registry.', '2: Schema 999999 does not exist in the registry.'],
    })
  })

  test('is asked with a name and a password, which no error shows', async () => {
    const front = await startFront(registry.port, 'me', 'geheim')
    closing.push(() => new Promise((resolve) => front.server.close(resolve)))
    const url = `http://127.0.0.1:${front.port}/apis/ccompat/v7`
    const [message] = await encode(first, [[7, 'x']], { subject: 'guarded-value', url, 'basic-auth.user-info': 'me:geheim' })
    const right = { url: url.replace('//', '//me:geheim@'), 'basic-auth.credentials-source': 'URL' }
    expect((await decode(decoderOf(first, right), first, [message as Uint8Array])).rows).toEqual([[7, 'x']])
    const wrong = await decode(decoderOf(first, { url, 'basic-auth.user-info': 'me:falsch' }), first, [message as Uint8Array]).catch(
      (error: unknown) => error,
    )
    expect(wrong).toMatchObject({ code: 'FORMATS_REGISTRY_REFUSED', detail: expect.stringContaining('401') })
    expect(JSON.stringify(wrong) + String((wrong as Error).stack)).not.toContain('falsch')
  })

  test('may be another server, or none', async () => {
    const message = (await encode(first, [[1, 'a']], { subject: 'wrong-value' }))[0] as Uint8Array
    const elsewhere = { url: registry.url.replace('/apis/ccompat/v7', '/elsewhere') }
    await expect(decode(decoderOf(first, elsewhere), first, [message])).rejects.toMatchObject({ code: 'FORMATS_REGISTRY_REFUSED' })
    const nowhere = { url: 'http://no-such-host.invalid:8081' }
    await expect(decode(decoderOf(first, nowhere), first, [message])).rejects.toMatchObject({ code: 'FORMATS_REGISTRY_UNREACHABLE' })
    const encrypted = { url: registry.url.replace('http:', 'https:') }
    await expect(decode(decoderOf(first, encrypted), first, [message])).rejects.toMatchObject({ code: 'FORMATS_REGISTRY_UNREACHABLE' })
  })

  test('may be down for a while: nothing is dropped, what is known is read on, and closing ends the wait', async () => {
    const decoder = decoderOf(second)
    const [known] = await encode(first, [[1, 'a']], { subject: 'down-value' })
    const [later] = await encode(second, [[2, 'b', 0.5]], { subject: 'down-value' })
    expect((await decode(decoder, second, [known as Uint8Array])).rows).toEqual([[1, 'a', null]])
    await registry.stop()
    expect((await decode(decoder, second, [known as Uint8Array])).rows).toEqual([[1, 'a', null]])
    const impatient = decoderOf(second)
    const waiting = decode(impatient, second, [later as Uint8Array]).catch((error: unknown) => error)
    await sleep(300)
    await impatient.close?.()
    expect(await waiting).toMatchObject({ code: 'FORMATS_REGISTRY_UNREACHABLE' })
    await registry.restart()
    // It forgot everything, and gives ids anew.
    const [again] = await encode(first, [[1, 'a']], { subject: 'down-value' })
    expect((await decode(decoderOf(second), second, [again as Uint8Array])).rows).toEqual([[1, 'a', null]])
  })
})

/** Hands requests on that come with the right name and password. */
async function startFront(to: number, user: string, password: string): Promise<{ readonly server: Server; readonly port: number }> {
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const server = createServer((question, answer) => {
    if (question.headers.authorization !== expected) {
      answer.writeHead(401, { 'content-type': 'application/json' }).end('{"error_code":401,"message":"Unauthorized"}')
      return
    }
    const passed = request(
      {
        host: '127.0.0.1',
        port: to,
        path: question.url,
        method: question.method,
        headers: { ...question.headers, host: `127.0.0.1:${to}` },
      },
      (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers)
        got.pipe(answer)
      },
    )
    question.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}
