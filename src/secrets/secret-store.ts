/**
 * Secrets in one file of the user, each encrypted by AES-256-GCM. The key comes from the environment, or lies in a file beside the store:
 * then the store is as safe as that file, but a copy of the store alone tells nothing.
 */
import path from 'node:path'
import { secretErrors } from './errors.ts'
import { keyFileIn, readKeyFile } from './key-file.ts'
import { readPrivate, writePrivate } from './private-file.ts'
import { type Sealed, Sealer } from './sealer.ts'
import { checkName } from './secret-name.ts'

export class SecretStore {
  readonly #folder: string
  readonly #sealer: Sealer

  /** `passphrase`: what the key is made of; null: the file of the key. */
  constructor(folder: string, passphrase: string | null) {
    this.#folder = folder
    this.#sealer = new Sealer((mayCreate) => passphrase ?? this.#keyFile(mayCreate))
  }

  get #path(): string {
    return path.join(this.#folder, 'secrets.json')
  }

  names(): string[] {
    return Object.keys(this.#read()).sort()
  }

  /** Null when the store has no such secret. */
  get(name: string): string | null {
    const sealed = this.#read()[name]
    if (sealed === undefined) return null
    const value = this.#sealer.unseal(name, sealed)
    if (value === null) throw secretErrors.SECRETS_KEY_WRONG({ name, path: this.#path })
    return value
  }

  set(name: string, value: string): void {
    checkName(name)
    if (value === '') throw secretErrors.SECRETS_VALUE_EMPTY({ name })
    this.#write({ ...this.#read(), [name]: this.#sealer.seal(name, value) })
  }

  remove(name: string): void {
    const { [name]: removed, ...others } = this.#read()
    if (removed === undefined) throw secretErrors.SECRETS_NOT_FOUND({ name })
    this.#write(others)
  }

  #keyFile(mayCreate: boolean): Buffer {
    const key = readKeyFile(this.#folder, mayCreate)
    if (key !== null) return key
    throw secretErrors.SECRETS_STORE_DAMAGED({ path: this.#path }, { detail: `Its key "${keyFileIn(this.#folder)}" is missing.` })
  }

  #read(): Record<string, Sealed> {
    const bytes = readPrivate(this.#path)
    if (bytes === null) return emptyStore()
    const store = parsedStore(bytes.toString('utf8'))
    if (store === null) throw secretErrors.SECRETS_STORE_DAMAGED({ path: this.#path })
    return store
  }

  #write(secrets: Readonly<Record<string, Sealed>>): void {
    writePrivate(this.#path, Buffer.from(`${JSON.stringify(secrets, null, 2)}\n`))
  }
}

/** Names are keys of it, whatever they are. */
function emptyStore(): Record<string, Sealed> {
  return Object.create(null) as Record<string, Sealed>
}

/** Null when a text is no store of secrets. */
function parsedStore(text: string): Record<string, Sealed> | null {
  const isSealed = (sealed: unknown): boolean =>
    typeof sealed === 'object' &&
    sealed !== null &&
    ['salt', 'nonce', 'tag', 'data'].every((key) => typeof (sealed as Record<string, unknown>)[key] === 'string')
  try {
    const value: unknown = JSON.parse(text)
    const isStore = typeof value === 'object' && value !== null && Object.values(value).every(isSealed)
    return isStore ? Object.assign(emptyStore(), value) : null
  } catch {
    return null
  }
}
