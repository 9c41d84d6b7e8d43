/** Passwords as they are kept: argon2id (RFC 9106), in the usual text form with all that it takes to check them later. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'

interface Cost {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

const cost: Cost = { memory: 19_456, passes: 2, parallelism: 1 }
const saltBytes = 16
const hashBytes = 32

/** Hashes wait for one another: each takes memory, and whoever likes may ask for one. */
const hashesMax = 4
const waiting: (() => void)[] = []
let running = 0

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const hash = await derive(password, salt, cost)
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(salt)}$${base64(hash)}`
}

/** Whether a password is the one that was hashed. Takes as long for a text that is no hash, so that nobody learns who has one. */
export async function isPassword(password: string, kept: string | null): Promise<boolean> {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(kept ?? '')
  const [, memory, passes, parallelism, salt, hash] = match ?? []
  if (salt === undefined || hash === undefined) {
    await derive(password, Buffer.alloc(saltBytes), cost)
    return false
  }
  const wanted = Buffer.from(hash, 'base64')
  const found = await derive(password, Buffer.from(salt, 'base64'), {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  })
  return found.length === wanted.length && timingSafeEqual(found, wanted)
}

async function derive(password: string, nonce: Buffer, { memory, passes, parallelism }: Cost): Promise<Buffer> {
  if (running >= hashesMax) await new Promise<void>((resolve) => waiting.push(resolve))
  else running += 1
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const message = Buffer.from(password.normalize('NFKC'), 'utf8')
      argon2('argon2id', { message, nonce, memory, passes, parallelism, tagLength: hashBytes }, (error, key) => {
        if (error === null) resolve(key)
        else reject(error)
      })
    })
  } finally {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
