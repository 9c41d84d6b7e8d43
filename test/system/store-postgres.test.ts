/** Records in a real PostgreSQL: what every store does, and what becomes of commits when the server or the connection goes away. */
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect, promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { entryOf, type LogKind, openStore, type RecordKind, type Store, writeOf } from '#store'
import { at, code, describeStore, note, put } from '../store/store.fixture.ts'
import type { DatabaseServer } from './database-server.fixture.ts'
import { freePort } from './ports.fixture.ts'
import { startPostgresServer } from './postgres-server.fixture.ts'

let server: DatabaseServer
let databases = 0

beforeAll(async () => {
  server = await startPostgresServer('max_connections=60')
})
afterAll(() => server.remove())

/** The address of an empty database. */
async function newDatabase(settings = ''): Promise<string> {
  const name = `store_${++databases}`
  await server.ask(`CREATE DATABASE ${name} ${settings}`)
  return addressOf(name)
}

function addressOf(name: string, { user = server.user, password = server.password, port = server.port } = {}): string {
  return `postgresql://${user}:${password}@127.0.0.1:${port}/${name}`
}

const openAt = (address: string): Promise<Store> => openStore(address, '', systemClock)

describeStore('PostgreSQL', async (clock) => openStore(await newDatabase(), '', clock))

const half: RecordKind<number> = { name: 'half', keepsVersions: true }
/** Nothing but the lock keeps two writers of it apart. */
const tally: RecordKind<number> = { name: 'tally', keepsVersions: false }
const numbers: LogKind<string> = { name: 'number' }

/** One after the other, commits that tell the same number to two records and a log. Gives the numbers that were said to be done. */
async function count(store: Store, name: string, isEnough: () => boolean): Promise<number[]> {
  const done: number[] = []
  for (let number = 1; !isEnough(); number++) {
    const writes = ['left', 'right'].map((id) => writeOf(half, at(`${name}-${id}`), number, number - 1))
    const [left, right] = await store.commit({ writes, entries: [entryOf(numbers, 'w', name, `${number}`)], by: name })
    expect([left, right]).toEqual([number, number])
    done.push(number)
  }
  return done
}

async function countedBy(store: Store, name: string): Promise<string[]> {
  const entries = await store.entries(numbers, { workspace: 'w', subject: name, limit: 10_000 })
  return entries.map(({ value }) => value).reverse()
}

describe('several servers on one database', () => {
  test('make its tables together', async () => {
    const address = await newDatabase()
    const stores = await Promise.all([openAt(address), openAt(address), openAt(address)])
    for (const [index, store] of stores.entries()) expect(await put(store, at('a'), 'x', index)).toBe(index + 1)
    for (const store of stores) await store.close()
  })

  test('lose no count on a record of all', async () => {
    const address = await newDatabase()
    const stores = await Promise.all([openAt(address), openAt(address)])
    let refusals = 0
    const countOn = async (store: Store): Promise<void> => {
      for (let done = 0; done < 40; ) {
        const before = await store.read(tally, at('counter'))
        const write = writeOf(tally, at('counter'), (before?.value ?? 0) + 1, before?.version ?? 0)
        await store.commit({ writes: [write], by: 'w' }).then(
          () => done++,
          () => refusals++,
        )
      }
    }
    await Promise.all(stores.flatMap((store) => [countOn(store), countOn(store)]))
    expect(await stores[0]?.read(tally, at('counter'))).toMatchObject({ version: 160, value: 160 })
    expect(refusals).toBeGreaterThan(0)
    for (const store of stores) await store.close()
  })

  test('show entries in the order of their numbers, so that who follows them misses none', async () => {
    const address = await newDatabase()
    const [one, two, reader] = await Promise.all([openAt(address), openAt(address), openAt(address)])
    let isEnough = false
    const writing = Promise.all([count(one, 'one', () => isEnough), count(two, 'two', () => isEnough)])
    const seen: string[] = []
    let after = 0
    const follow = async (): Promise<void> => {
      const page = await reader.entries(numbers, { workspace: null, after, limit: 10_000 })
      after = page[0]?.sequence ?? after
      seen.push(...page.map(({ subject, value }) => `${subject} ${value}`))
    }
    while (seen.length < 300) await follow()
    isEnough = true
    const [ones, twos] = await writing
    await follow()
    expect(seen.sort()).toEqual([...ones.map((number) => `one ${number}`), ...twos.map((number) => `two ${number}`)].sort())
    for (const store of [one, two, reader]) await store.close()
  })
})

test('a server that is killed and started again under load loses no commit and does none twice', async () => {
  const address = await newDatabase()
  const store = await openAt(address)
  const told: number[] = []
  store.watch(({ entries: [entry] }) => void told.push(entry?.sequence ?? 0))
  const names = ['a', 'b', 'c', 'd']
  let isEnough = false
  const counting = Promise.all(names.map((name) => count(store, name, () => isEnough)))
  for (let kills = 0; kills < 4; kills++) {
    await sleep(300 + Math.random() * 300)
    await (kills % 2 === 0 ? server.kill() : server.stop())
    await server.restart()
  }
  await sleep(300)
  isEnough = true
  const done = await counting
  for (const [index, name] of names.entries()) {
    expect(await countedBy(store, name)).toEqual(done[index]?.map(String))
    expect(done[index]?.length).toBeGreaterThan(20)
  }
  expect(told).toEqual(told.toSorted((a, b) => a - b))
  expect(told).toHaveLength(done.flat().length)
  await store.close()
})

/** Passes bytes on between clients and the server, but for what a test takes away. */
class Relay {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Of the next commits: whether the server gets to know of them before the connection is lost. */
  losses: ('before' | 'after')[] = []
  lost = 0
  isSilent = false

  private constructor(port: number) {
    this.#server = createServer((client) => this.#pass(client, port))
  }

  static async open(port: number, ownPort: number): Promise<Relay> {
    const relay = new Relay(port)
    await new Promise<void>((resolve) => relay.#server.listen(ownPort, '127.0.0.1', resolve))
    return relay
  }

  #pass(client: Socket, port: number): void {
    const upstream = connect({ port, host: '127.0.0.1' })
    let isLost = false
    const lose = (): void => {
      client.destroy()
      // Who is silent does not say goodbye either.
      if (!this.isSilent) upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket)
      socket.on('error', lose).on('close', lose)
    }
    client.on('data', (bytes) => {
      if (this.isSilent) return
      const loss = bytes.includes('COMMIT\0') ? this.losses.shift() : undefined
      if (loss !== undefined) this.lost++
      if (loss === 'before') return lose()
      if (loss === 'after') isLost = true
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (isLost) lose()
      else if (!this.isSilent) client.write(bytes)
    })
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

describe('a connection that is lost', () => {
  test('with the answer to a commit, or before the commit: each is done once', async () => {
    const address = new URL(await newDatabase())
    const port = await freePort()
    const relay = await Relay.open(server.port, port)
    address.port = String(port)
    const store = await openAt(address.href)
    relay.losses = ['after', 'before', 'after', 'after', 'before']
    let rounds = 0
    expect(await count(store, 'a', () => rounds++ === 20)).toHaveLength(20)
    expect(relay.lost).toBe(5)
    expect(await countedBy(store, 'a')).toEqual(Array.from({ length: 20 }, (_, i) => `${i + 1}`))
    // What was refused when the answer of its neighbours was lost stays refused.
    relay.losses = ['after']
    const outcomes = await Promise.allSettled([put(store, at('x'), 'x', 0), put(store, at('y'), 'y', 5), put(store, at('x'), 'z', 1)])
    expect(outcomes).toMatchObject([{ value: 1 }, { reason: { code: 'STORE_RECORD_CHANGED' } }, { value: 2 }])
    expect(relay.lost).toBe(6)
    await store.close()
    await relay.close()
  })

  test('for good: the error says how much was tried, and that nobody knows what became of the commit', async () => {
    const address = new URL(await newDatabase())
    const port = await freePort()
    const relay = await Relay.open(server.port, port)
    address.port = String(port)
    const store = await openAt(address.href)
    relay.losses = ['before']
    const failing = put(store, at('a'), 'x').catch((error: unknown) => error)
    while (relay.lost === 0) await sleep(5)
    await relay.close()
    const detail = expect.stringMatching(
      /^Tried \d+ times in \d+\.\d s; the last failure was: .+\. It is not known whether the last change was made\.$/,
    )
    expect(await failing).toMatchObject({ code: 'STORE_UNREACHABLE', blame: 'external', detail })
    expect(inspect(await failing)).not.toContain(server.password)
    await store.close()
  }, 60_000)
})

describe('a lease', () => {
  test('has one holder in all servers, and is free when its holder ends', async () => {
    const address = await newDatabase()
    const [one, two] = await Promise.all([openAt(address), openAt(address)])
    const lost = (): void => expect.unreachable('a lease was lost')
    const lease = await one.lease('control', lost)
    expect(await two.lease('control', lost)).toBeNull()
    expect(await two.lease('other', lost)).not.toBeNull()
    await lease?.release()
    expect(await two.lease('control', lost)).not.toBeNull()
    await two.close()
    expect(await one.lease('control', lost)).not.toBeNull()
    await one.close()
    // Another database has leases of its own.
    const other = await openAt(await newDatabase())
    expect(await other.lease('control', lost)).not.toBeNull()
    await other.close()
  })

  test('is lost with its connection, once, and another server can have it', async () => {
    const address = await newDatabase()
    const [one, two] = await Promise.all([openAt(address), openAt(address)])
    let losses = 0
    const lease = await one.lease('control', () => losses++)
    await server.ask(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'`)
    while (losses === 0) await sleep(5)
    expect(await two.lease('control', () => undefined)).not.toBeNull()
    await lease?.release()
    expect(await one.lease('control', () => undefined)).toBeNull()
    await one.close()
    await two.close()
    expect(losses).toBe(1)
  })

  test('is lost when the database is silent, before it is given to another server', async () => {
    const address = new URL(await newDatabase())
    const port = await freePort()
    const relay = await Relay.open(server.port, port)
    const two = await openAt(address.href)
    address.port = String(port)
    const one = await openAt(address.href)
    let lostAt = 0
    await one.lease('control', () => {
      lostAt = performance.now()
    })
    const silentAt = performance.now()
    relay.isSilent = true
    for (let lease = null; lease === null; await sleep(100)) lease = await two.lease('control', () => undefined)
    // The database itself let go of it, after 20 s.
    expect(performance.now() - silentAt).toBeGreaterThan(15_000)
    expect(lostAt).toBeGreaterThan(silentAt)
    expect(lostAt - silentAt).toBeLessThan(12_000)
    await two.close()
    await one.close()
    await relay.close()
  }, 60_000)
})

describe('what cannot be opened', () => {
  const refused = async (address: string): Promise<unknown> => {
    const error: unknown = await openAt(address).then(
      (store) => store,
      (found: unknown) => found,
    )
    expect(inspect(error, { depth: 9 })).not.toContain(server.password)
    return error
  }

  test('a wrong password', async () => {
    const error = await refused(addressOf('test', { password: 'wrong-secret' }))
    const detail = 'PostgreSQL says: password authentication failed for user "postgres".'
    expect(error).toMatchObject({ code: 'STORE_REFUSED', blame: 'user', detail, hint: expect.stringContaining('PGPASSWORD') })
    expect(inspect(error, { depth: 9 })).not.toContain('wrong-secret')
  })

  test('a database that is not there', async () => {
    expect(await refused(addressOf('nowhere'))).toMatchObject({
      code: 'STORE_REFUSED',
      detail: 'PostgreSQL says: database "nowhere" does not exist.',
    })
  })

  test('a user without rights', async () => {
    await server.ask(`CREATE USER guest PASSWORD 'guest'`)
    const address = new URL(await newDatabase())
    address.username = address.password = 'guest'
    expect(await refused(address.href)).toMatchObject({
      code: 'STORE_REFUSED',
      detail: 'PostgreSQL says: permission denied for schema public.',
    })
  })

  test('a server that does not answer', async () => {
    const port = await freePort()
    expect(await refused(addressOf('test', { port }))).toMatchObject({
      code: 'STORE_UNREACHABLE',
      message: `could not reach the records in "127.0.0.1:${port}/test"`,
      detail: expect.stringMatching(/^Tried \d+ times in \d+\.\d s; the last failure was: connect ECONNREFUSED/),
    })
  }, 60_000)

  test('a server without TLS where it is asked for', async () => {
    expect(await refused(`${addressOf('test')}?sslmode=require`)).toMatchObject({
      code: 'STORE_REFUSED',
      detail: 'There is no connection: The server does not support SSL connections.',
    })
  })

  test('a database of another encoding', async () => {
    const address = await newDatabase(`ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`)
    expect(await refused(address)).toMatchObject({ code: 'STORE_ENCODING', message: expect.stringContaining('LATIN1') })
  })
})

describe('TLS', () => {
  let folder: string
  let secured: DatabaseServer
  const file = (name: string): string => path.join(folder, name)
  const run = promisify(execFile)

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'millrace-store-tls-'))
    for (const name of ['server', 'other']) {
      const files = ['-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)]
      const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
      await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...names])
    }
    await chmod(folder, 0o755)
    if (process.getuid?.() === 0) await run('chown', ['postgres:', file('server.key')])
    secured = await startPostgresServer('ssl=on', `ssl_cert_file=${file('server.crt')}`, `ssl_key_file=${file('server.key')}`)
  })
  afterAll(async () => {
    await secured.remove()
    await rm(folder, { recursive: true })
  })

  const open = (host: string, parameters: string): Promise<Store> =>
    openAt(`postgresql://${secured.user}:${secured.password}@${host}:${secured.port}/test${parameters}`)

  test.each([
    ['127.0.0.1', '', 't'],
    ['127.0.0.1', '?sslmode=disable', 'f'],
    ['127.0.0.1', '?sslmode=require', 't'],
    ['127.0.0.1', '?sslmode=verify-ca&sslrootcert=CA', 't'],
    ['localhost', '?sslmode=verify-full&sslrootcert=CA', 't'],
  ])('%s%s', async (host, parameters, encrypted) => {
    const store = await open(host, parameters.replace('CA', file('server.crt')))
    const uses = `SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'millrace'`
    expect(await secured.ask(uses)).toEqual([[encrypted]])
    await store.close()
  })

  test.each([
    ['127.0.0.1', '?sslmode=verify-full&sslrootcert=CA', /127\.0\.0\.1/],
    ['localhost', '?sslmode=verify-full', /self-signed certificate/],
    ['localhost', '?sslmode=verify-ca&sslrootcert=OTHER', /certificate/],
    ['localhost', '?sslmode=require&sslrootcert=OTHER', /certificate/],
  ])('%s%s is refused', async (host, parameters, trouble) => {
    const named = parameters.replace('CA', file('server.crt')).replace('OTHER', file('other.crt'))
    const detail = expect.stringMatching(trouble)
    await expect(open(host, named)).rejects.toThrow(expect.objectContaining({ code: 'STORE_REFUSED', blame: 'user', detail }))
  })

  test('a certificate that cannot be read', async () => {
    await expect(open('localhost', '?sslmode=verify-full&sslrootcert=/nowhere.pem')).rejects.toThrow(code('STORE_UNREADABLE'))
  })
})

test('a database of a newer program is refused, also when it becomes so', async () => {
  const address = await newDatabase()
  const store = await openAt(address)
  await put(store, at('a'), 'x')
  const client = new pg.Client(address)
  await client.connect()
  await client.query(`INSERT INTO millrace_migrations VALUES (999, 'of later', 1)`)
  await expect(put(store, at('a'), 'y')).rejects.toThrow(code('STORE_NEWER'))
  expect(await store.read(note, at('a'))).toMatchObject({ version: 1 })
  await store.close()
  await client.query('ALTER TABLE millrace_records RENAME TO millrace_things')
  await expect(openAt(address)).rejects.toThrow(expect.objectContaining({ code: 'STORE_NEWER', blame: 'user' }))
  const { rows } = await client.query('SELECT id FROM millrace_things')
  expect(rows).toEqual([{ id: 'a' }])
  await client.end()
})
