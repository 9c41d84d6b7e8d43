/** The servers that the user has signed in to: their addresses and tokens, in one file that nobody else may read. */
import path from 'node:path'
import { suggestion } from '#base'
import { secretErrors } from './errors.ts'
import { readPrivate, writePrivate } from './private-file.ts'

interface Login {
  readonly url: string
  readonly token: string
  readonly workspace: string
}

interface LoginFile {
  /** The name of the one that was signed in to last. */
  readonly newest: string
  readonly servers: ReadonlyMap<string, Login>
}

export class Logins {
  readonly #path: string

  constructor(folder: string) {
    this.#path = path.join(folder, 'servers.json')
  }

  /** By their names, sorted. */
  all(): ReadonlyMap<string, Login> {
    return new Map([...this.#read().servers].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** The server of a name, or for an empty one that which was signed in to last; null where there is none at all. */
  find(name: string): Login | null {
    const { newest, servers } = this.#read()
    const found = servers.get(name === '' ? newest : name)
    if (found === undefined && name !== '') throw notFound(name, servers)
    return found ?? null
  }

  keep(name: string, login: Login): void {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) throw secretErrors.SECRETS_LOGIN_NAME({ name })
    this.#write({ newest: name, servers: new Map([...this.#read().servers, [name, login]]) })
  }

  /** Forgets the server of a name, or for an empty one that which was signed in to last; gives its name. */
  remove(name: string): string {
    const { newest, servers } = this.#read()
    const wanted = name === '' ? newest : name
    const others = new Map(servers)
    if (!others.delete(wanted)) throw notFound(wanted, servers)
    this.#write({ newest: wanted === newest ? ([...others.keys()].at(-1) ?? '') : newest, servers: others })
    return wanted
  }

  #read(): LoginFile {
    const bytes = readPrivate(this.#path)
    if (bytes === null) return { newest: '', servers: new Map() }
    const file = parsedFile(bytes.toString('utf8'))
    if (file === null) throw secretErrors.SECRETS_LOGINS_DAMAGED({ path: this.#path })
    return file
  }

  #write({ newest, servers }: LoginFile): void {
    const entries = [...servers].map(([name, login]) => ({ name, ...login }))
    writePrivate(this.#path, Buffer.from(`${JSON.stringify({ newest, servers: entries }, null, 2)}\n`))
  }
}

function notFound(name: string, servers: ReadonlyMap<string, Login>): Error {
  if (servers.size === 0) return secretErrors.SECRETS_LOGIN_NOT_FOUND({ name: name === '' ? 'default' : name })
  return secretErrors.SECRETS_LOGIN_NOT_FOUND({ name }, suggestion(name, [...servers.keys()], 'servers'))
}

/** Null when a text is no list of servers. */
function parsedFile(text: string): LoginFile | null {
  try {
    const { newest, servers } = JSON.parse(text) as { readonly newest?: unknown; readonly servers?: unknown }
    if (typeof newest !== 'string' || !Array.isArray(servers)) return null
    const entries = servers.map((each: unknown) => each as Readonly<Record<string, unknown>>)
    const known = new Map<string, Login>()
    for (const { name, url, token, workspace } of entries) {
      if (typeof name !== 'string' || typeof url !== 'string' || typeof token !== 'string' || typeof workspace !== 'string') return null
      known.set(name, { url, token, workspace })
    }
    return { newest, servers: known }
  } catch {
    return null
  }
}
