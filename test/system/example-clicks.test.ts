/** The example of clicks between real systems: each part of it is killed once, and in the end everything adds up. */
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Commands, type Started } from './command.fixture.ts'
import type { DatabaseServer } from './database-server.fixture.ts'
import { send } from './kafka-reader.fixture.ts'
import { type KafkaServer, startKafkaServer } from './kafka-server.fixture.ts'
import { readTopic } from './kafka-topic.fixture.ts'
import { startPostgresServer } from './postgres-server.fixture.ts'
import { type RedisServer, startRedisServer } from './redis-server.fixture.ts'
import { type S3Server, startS3Server } from './s3-server.fixture.ts'

let kafka: KafkaServer
let postgres: DatabaseServer
let redis: RedisServer
let s3: S3Server
let commands: Commands

beforeAll(async () => {
  kafka = await startKafkaServer()
  postgres = await startPostgresServer()
  redis = await startRedisServer()
  s3 = await startS3Server()
  commands = await Commands.open()
  commands.variables = {
    ...s3.variables,
    MILLRACE_HOME: commands.folder,
    MILLRACE_SECRET_CLICKS_USER: postgres.user,
    MILLRACE_SECRET_CLICKS_PASSWORD: postgres.password,
    MILLRACE_SECRET_CLICKS_REDIS: redis.password,
  }
  const columns = 'minute_at TIMESTAMPTZ, page TEXT, clicks BIGINT, people BIGINT, PRIMARY KEY (minute_at, page)'
  await postgres.ask(`CREATE TABLE dashboard (${columns})`)
  await kafka.createTopic('clicks', 3)
}, 180_000)
afterAll(async () => {
  await commands?.close()
  await Promise.all([kafka?.remove(), postgres?.remove(), redis?.remove(), s3?.remove()])
})

/** A script of the example, with the servers of this test. */
async function exampleOf(name: string): Promise<string> {
  const texts = await Promise.all(['tables', name].map((each) => readFile(`examples/clicks/${each}.sql`, 'utf8')))
  return texts
    .join('\n')
    .replaceAll('localhost:9092', kafka.address)
    .replaceAll('jdbc:postgresql://localhost:5432/shop', postgres.url)
    .replaceAll("'port' = '6379'", `'port' = '${redis.port}'`)
    .replaceAll("'host' = 'localhost'", "'host' = '127.0.0.1'")
    .replaceAll('s3://clicks/', `s3://${s3.bucket}/clicks/`)
}

interface Click {
  readonly id: number
  readonly page: string
  readonly person: string
  readonly millis: number
  readonly clicked: string
}

async function clicksSent(): Promise<Click[]> {
  const messages = await readTopic(kafka, 'clicks', 3)
  return messages.flatMap(({ value }) => (value?.startsWith('{"id"') === true ? [JSON.parse(value) as Click] : []))
}

async function clicksLanded(): Promise<{ readonly id: number; readonly place: string }[]> {
  const connection = await (await DuckDBInstance.create()).connect()
  const files = path.join(s3.objects, 'clicks', 'landed', '**', '*.parquet')
  const found = await connection.runAndReadAll(`SELECT id, dt || ' ' || hm FROM read_parquet('${files}', hive_partitioning = true)`)
  return found.getRows().map(([id, place]) => ({ id: Number(id), place: String(place) }))
}

/** Waits for something to come true. */
async function until(what: string, isThere: () => Promise<boolean>): Promise<void> {
  for (const endMs = performance.now() + 120_000; performance.now() < endMs; await sleep(300)) if (await isThere()) return
  throw new Error(`waited in vain until ${what}`)
}

test('it survives a kill of each part of it', { timeout: 400_000 }, async () => {
  await mkdir(path.join(commands.folder, 'out', 'clicks'), { recursive: true })
  const words = async (name: string): Promise<string[]> => {
    const script = await commands.script(await exampleOf(name))
    return ['run', script, '--data-dir', `state/${name}`, '--checkpoint-interval', '200ms']
  }
  const [producing, showing] = [await words('produce'), await words('dashboard')]
  let producer = commands.start(producing)
  let dashboard = commands.start(showing)
  const rowsShown = async (): Promise<number> => Number((await postgres.ask('SELECT COALESCE(SUM(clicks), 0) FROM dashboard'))[0]?.[0])
  const untilMore = async (than: number): Promise<void> => until('the dashboard shows more', async () => (await rowsShown()) > than)
  const killed = async (run: Started): Promise<void> => {
    run.end('SIGKILL')
    await run.ended
  }
  await untilMore(0)

  await killed(dashboard)
  dashboard = commands.start(showing)
  await untilMore(await rowsShown())
  await killed(producer)
  producer = commands.start(producing)
  await send(kafka, 'clicks', [{ value: 'no click' }])
  for (const server of [kafka, postgres, redis]) {
    await server.kill()
    await sleep(1000)
    await server.restart()
    await untilMore(await rowsShown())
  }
  await s3.stop()
  await sleep(1000)
  await s3.restart()
  await untilMore(await rowsShown())

  producer.end('SIGTERM')
  expect(await producer.ended).toMatchObject({ status: 130 })
  const sent = await clicksSent()
  expect(new Set(sent.map(({ id }) => id)).size).toBe(sent.length)
  expect(Math.max(...sent.map(({ id }) => id))).toBe(sent.length)
  await until('all clicks have landed', async () => (await clicksLanded()).length >= sent.length)
  dashboard.end('SIGTERM')
  expect(await dashboard.ended).toMatchObject({ status: 130 })

  const landed = await clicksLanded()
  const placeOf = ({ clicked }: Click): string => {
    const at = new Date(clicked)
    const minute = String(at.getUTCMinutes() - (at.getUTCMinutes() % 5)).padStart(2, '0')
    return `${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 13)}-${minute}`
  }
  const byId = (a: { readonly id: number }, b: { readonly id: number }): number => a.id - b.id
  expect(landed.toSorted(byId)).toEqual(sent.map((click) => ({ id: click.id, place: placeOf(click) })).toSorted(byId))

  const newest = new Map<string, { clicks: number; slowest: number }>()
  for (const { page, millis } of sent) {
    const { clicks, slowest } = newest.get(page) ?? { clicks: 0, slowest: 0 }
    newest.set(page, { clicks: clicks + 1, slowest: Math.max(slowest, millis) })
  }
  for (const [page, { clicks, slowest }] of newest) {
    expect([page, await redis.ask('HMGET', `page:${page}`, 'clicks', 'slowest')]).toEqual([page, [String(clicks), String(slowest)]])
  }

  const minutes = await postgres.ask('SELECT EXTRACT(EPOCH FROM minute_at)::BIGINT, page, clicks, people FROM dashboard')
  expect(minutes.length).toBeGreaterThan(5)
  for (const [second, page, clicks, people] of minutes) {
    const own = sent.filter((click) => click.page === page && Math.floor(Date.parse(click.clicked) / 60_000) * 60 === Number(second))
    expect([second, page, clicks, people]).toEqual([
      second,
      page,
      String(own.length),
      String(new Set(own.map(({ person }) => person)).size),
    ])
  }
  const letters = await commands.start(['deadletter', 'show', await commands.script(await exampleOf('dashboard')), '--json']).ended
  expect(JSON.parse(letters.out)).toMatchObject({ table: 'clicks', value: { text: 'no click' } })
})
