/**
 * `make bench ARGS=gateway`: how soon a client of the SQL gateway has the first row of SELECT, one client after another and eight at a time.
 * The gateway is a process of its own; a statement is two requests.
 */
import { spawn } from 'node:child_process'
import { Agent, request } from 'node:http'
import path from 'node:path'
import { createInterface } from 'node:readline'

const token = 'bench'
const sessionCount = 8
const statements = 2000
const millrace = path.join(path.dirname(import.meta.dirname), 'bin', 'millrace')
const agent = new Agent({ keepAlive: true, maxSockets: sessionCount })

const server = spawn(millrace, ['gateway', '--port', '0'], {
  env: { ...process.env, MILLRACE_SECRET_GATEWAY_TOKEN: token },
  stdio: ['ignore', 'pipe', 'ignore'],
})
const line = await createInterface({ input: server.stdout })[Symbol.asyncIterator]().next()
const url = new URL(String(line.value))

function call(method: string, place: string, body?: unknown): Promise<Record<string, unknown>> {
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>()
  const asked = request(new URL(place, url), { agent, method, headers: { authorization: `Bearer ${token}` } }, (answer) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>))
  })
  asked.on('error', reject)
  asked.end(body === undefined ? undefined : JSON.stringify(body))
  return promise
}

async function open(): Promise<string> {
  return `/v4/sessions/${String((await call('POST', '/v4/sessions', {}))['sessionHandle'])}`
}

/** Milliseconds until the row of a statement is there. */
async function select(session: string, value: number): Promise<number> {
  const started = process.hrtime.bigint()
  const { operationHandle } = await call('POST', `${session}/statements`, { statement: `SELECT ${value}` })
  for (let next = `${session}/operations/${String(operationHandle)}/result/0`; ; ) {
    const { results, nextResultUri } = (await call('GET', next)) as { results?: { data: unknown[] }; nextResultUri: string }
    if ((results?.data.length ?? 0) > 0) return Number(process.hrtime.bigint() - started) / 1e6
    next = nextResultUri
  }
}

const sessions = await Promise.all(Array.from({ length: sessionCount }, open))
const [session = ''] = sessions
const first = await select(session, 0)
const alone: number[] = []
for (let value = 0; value < statements; value++) alone.push(await select(session, value))
alone.sort((a, b) => a - b)
const started = process.hrtime.bigint()
await Promise.all(
  sessions.map(async (each) => {
    for (let value = 0; value < statements / sessionCount; value++) await select(each, value)
  }),
)
const seconds = Number(process.hrtime.bigint() - started) / 1e9
const at = (share: number): string => (alone[Math.floor(share * (statements - 1))] ?? 0).toFixed(1)
console.log(`SQL gateway, first row of SELECT 1: ${first.toFixed(1)} ms the first time; then median ${at(0.5)} ms, p99 ${at(0.99)} ms`)
console.log(`SQL gateway, ${sessionCount} sessions at a time: ${Math.round(statements / seconds)} statements/s`)
server.kill('SIGTERM')
process.exit()
