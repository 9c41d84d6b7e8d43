/**
 * Entries of streams and elements of lists, which cannot be taken back and must not come twice. Until their checkpoint is complete they wait
 * as commands in a stream of ours, numbered from 1; a commit lets the server itself run them, so that each is run and noted as run at once:
 * however often a commit is broken off and begun again, none is lost and none comes twice.
 *
 * Keys, all of which begin with `millrace:`
 *
 * | key           | what                                                                                                     |
 * |---------------|----------------------------------------------------------------------------------------------------------|
 * | staged:UID:N  | the commands of one checkpoint                                                                           |
 * | writer:ID:I   | of writer I of a work: which staged keys there are, how far each is run, which came last by life (UID)   |
 */
import { randomBytes } from 'node:crypto'
import type { DurableWork } from '../connector.ts'
import type { RedisCommand, RedisConnection, Reply } from './connection.ts'
import { redisErrors } from './errors.ts'
import type { RedisTable } from './options.ts'
import type { RowCommands } from './row-commands.ts'

/** What a commit needs. */
export interface StagedRecord {
  readonly control: string
  readonly uid: string
  readonly number: number
  /** Commands of the checkpoint. */
  readonly entries: number
}

/** Commands that one call of the script runs; the server does nothing else meanwhile. */
const commitEntriesMax = 1000
/** What a run that is not durable leaves behind when it is killed goes away by itself. */
const leftoverMsMax = 86_400_000

/** KEYS: staged, control. ARGV: uid, number, entries, the most to run. Gives what is left, or the key and the error of a refused command. */
const commitScript = `
local token = ARGV[1] .. ':' .. ARGV[2]
local last = tonumber(redis.call('HGET', KEYS[2], 'committed:' .. ARGV[1]) or '0')
if last >= tonumber(ARGV[2]) then
  redis.call('DEL', KEYS[1])
  return 0
end
local entries = tonumber(ARGV[3])
local at = tonumber(redis.call('HGET', KEYS[2], 'moved:' .. token) or '0')
local rows = redis.call('XRANGE', KEYS[1], string.format('%d-0', at + 1), '+', 'COUNT', ARGV[4])
if #rows == 0 and at < entries then return 'lost' end
for _, row in ipairs(rows) do
  if row[1] ~= string.format('%d-0', at + 1) then
    redis.call('HSET', KEYS[2], 'moved:' .. token, string.format('%d', at))
    return 'lost'
  end
  local words = row[2]
  local answer = redis.pcall(unpack(words, 2, tonumber(words[1]) + 1))
  if type(answer) == 'table' and answer.err then
    redis.call('HSET', KEYS[2], 'moved:' .. token, string.format('%d', at))
    return { words[3], answer.err }
  end
  at = at + 1
end
if at < entries then
  redis.call('HSET', KEYS[2], 'moved:' .. token, string.format('%d', at))
  return entries - at
end
redis.call('HSET', KEYS[2], 'committed:' .. ARGV[1], ARGV[2])
redis.call('HDEL', KEYS[2], 'moved:' .. token, 'staged:' .. token)
redis.call('DEL', KEYS[1])
return 0
`

export class Staging {
  readonly #connection: RedisConnection
  readonly #settings: RedisTable
  readonly #durable: DurableWork | undefined
  readonly #uid = randomBytes(8).toString('hex')
  readonly #control: string
  #number = 1
  #entries = 0
  /** Numbers that are prepared and not committed. */
  readonly #prepared = new Set<number>()

  constructor(connection: RedisConnection, settings: RedisTable, durable: DurableWork | undefined) {
    this.#connection = connection
    this.#settings = settings
    this.#durable = durable
    this.#control = durable === undefined ? `millrace:writer:${this.#uid}` : `millrace:writer:${durable.id}:${durable.writer?.index ?? 0}`
  }

  /** Commits what the life before had prepared, and removes what else it left. */
  async takeOver(): Promise<void> {
    const { record = null, left = [] } = this.#durable ?? {}
    const records = [record, ...left].flatMap((each) => (each === null ? [] : [each as StagedRecord]))
    for (const each of records) await this.commit(each)
    for (const control of new Set([this.#control, ...records.map((each) => each.control)])) await this.#removeStaged(control)
  }

  async #removeStaged(control: string): Promise<void> {
    await this.#connection.persist(async () => {
      const fields = (await this.#connection.call('HKEYS', control)) as readonly Buffer[]
      const tokens = fields.map(String).filter((field) => field.startsWith('staged:'))
      if (tokens.length === 0) return
      const keys = tokens.map((field) => `millrace:${field}`)
      const moved = tokens.map((field) => `moved:${field.slice('staged:'.length)}`)
      const replies = await this.#connection.transact([
        ['DEL', ...keys],
        ['HDEL', control, ...tokens, ...moved],
      ])
      raise(replies)
    })
  }

  /** Lets commands wait. May be asked again for the same rows where the connection broke: what is there is not added again. */
  async stage(rows: readonly RowCommands[]): Promise<void> {
    const commands = rows.flatMap((row) => row.commands)
    const staged = this.#stagedKey(this.#number)
    const first = this.#entries + 1
    const words = commands.map((command, index): RedisCommand => {
      const padding = command.length % 2 === 0 ? [''] : []
      return ['XADD', staged, `${first + index}-0`, command.length, ...command, ...padding]
    })
    const registered: RedisCommand = ['HSET', this.#control, `staged:${this.#uid}:${this.#number}`, 1]
    const expiry: readonly RedisCommand[] =
      this.#durable === undefined ? [staged, this.#control].map((key) => ['PEXPIRE', key, leftoverMsMax]) : []
    await this.#connection.persist(async () => {
      const replies = await this.#connection.transact([registered, ...words, ...expiry])
      raise(replies.filter((reply) => !isThere(reply)))
    })
    this.#entries += commands.length
  }

  async prepare(): Promise<StagedRecord> {
    const record = { control: this.#control, uid: this.#uid, number: this.#number, entries: this.#entries }
    if (this.#entries === 0) return record
    const staged = this.#stagedKey(this.#number)
    const length = await this.#connection.persist(() => this.#connection.call('XLEN', staged))
    if (length !== this.#entries) throw this.#lost(staged)
    this.#prepared.add(this.#number)
    this.#number += 1
    this.#entries = 0
    return record
  }

  async commit({ control, uid, number, entries }: StagedRecord): Promise<void> {
    if (entries === 0) return
    const staged = `millrace:staged:${uid}:${number}`
    const run: RedisCommand = ['EVAL', commitScript, 2, staged, control, uid, number, entries, commitEntriesMax]
    for (let left: Reply = entries; left !== 0; ) {
      left = await this.#connection.persist(() => this.#run(run))
      if (Buffer.isBuffer(left)) throw this.#lost(staged)
    }
    if (uid === this.#uid) this.#prepared.delete(number)
  }

  async #run(command: RedisCommand): Promise<Reply> {
    const answer = await this.#connection.call(...command)
    if (!Array.isArray(answer)) return answer
    const [key, text] = answer as readonly Buffer[]
    throw redisErrors.CONNECTORS_REDIS_ROW_REFUSED(
      { key: String(key), table: this.#settings.table.name },
      {
        detail: `The server said: ${String(text)}.`,
        hint: 'Remove the key or mend it; what waits is written when the run is started again.',
      },
    )
  }

  /** Drops what was not prepared; what durable work had prepared stays. */
  async close(): Promise<void> {
    const dropped = this.#durable === undefined ? [...this.#prepared, this.#number] : [this.#number]
    if (this.#durable !== undefined && this.#entries === 0) return
    const keys = dropped.map((number) => this.#stagedKey(number))
    const fields = dropped.map((number) => `staged:${this.#uid}:${number}`)
    const forget: RedisCommand = this.#durable === undefined ? ['DEL', this.#control] : ['HDEL', this.#control, ...fields]
    // A server that is gone meanwhile must not hold up the end; a later life removes what stays.
    await this.#connection.send([['DEL', ...keys], forget], 2000).catch(() => undefined)
  }

  #stagedKey(number: number): string {
    return `millrace:staged:${this.#uid}:${number}`
  }

  #lost(key: string): Error {
    return redisErrors.CONNECTORS_REDIS_STAGED_LOST({ table: this.#settings.table.name, key })
  }
}

/** Whether a reply says that an entry of this number is there. */
function isThere(reply: Reply): boolean {
  return reply instanceof Error && reply.message.startsWith('ERR The ID specified in XADD is equal or smaller')
}

function raise(replies: readonly Reply[]): void {
  const failed = replies.find((reply) => reply instanceof Error)
  if (failed instanceof Error) throw failed
}
