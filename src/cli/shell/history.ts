/** What was typed before, kept over sessions in a file of the user's state directory. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isSecretKey, withoutSecrets } from '#base'

const entriesMax = 1000
const entryLengthMax = 20_000

export class History {
  readonly #file: string | undefined
  #entries: string[] = []
  #added: string[] = []

  constructor(file: string | undefined) {
    this.#file = file
  }

  /** Oldest first. */
  get entries(): readonly string[] {
    return this.#entries
  }

  async load(): Promise<void> {
    this.#entries = await readEntries(this.#file)
  }

  add(entry: string): void {
    if (entry.trim() === '' || this.#entries.at(-1) === entry) return
    this.#entries.push(entry)
    // A statement that may hold a secret stays out of the file as a whole.
    if (!isSecretKey(entry) && withoutSecrets(entry) === entry && entry.length <= entryLengthMax) this.#added.push(entry)
  }

  /** Adds what is new to the file, in which other shells may have written meanwhile. A history that cannot be kept stops nobody. */
  async save(): Promise<void> {
    if (this.#file === undefined || this.#added.length === 0) return
    const kept = [...(await readEntries(this.#file)), ...this.#added].slice(-entriesMax)
    this.#added = []
    try {
      await makeFolder(path.dirname(this.#file))
      const fresh = `${this.#file}.${process.pid}`
      await writeFile(fresh, kept.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 })
      await rename(fresh, this.#file)
    } catch {
      this.#added = []
    }
  }
}

/** Makes a folder and those above it. The way that Node has for it never comes back below /proc, where a home may be by mistake. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || path.dirname(folder) === folder) throw error
    await makeFolder(path.dirname(folder))
    await mkdir(folder, { mode: 0o700 })
  }
}

async function readEntries(file: string | undefined): Promise<string[]> {
  if (file === undefined) return []
  try {
    const lines = (await readFile(file, 'utf8')).split('\n')
    return lines.flatMap((line) => {
      const entry = parseEntry(line)
      return entry === undefined ? [] : [entry]
    })
  } catch {
    return []
  }
}

function parseEntry(line: string): string | undefined {
  try {
    const entry: unknown = JSON.parse(line)
    return typeof entry === 'string' ? entry : undefined
  } catch {
    return undefined
  }
}

/** The file of the history, by the rules of freedesktop.org; none without a home. */
export function historyFile(variables: Readonly<Record<string, string | undefined>>): string | undefined {
  const state = variables['XDG_STATE_HOME'] || (variables['HOME'] && path.join(variables['HOME'], '.local', 'state'))
  return state ? path.join(state, 'millrace', 'history') : undefined
}
