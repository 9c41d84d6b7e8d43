/**
 * Secrets in one file of the user, each encrypted by AES-256-GCM. The key comes from the environment, or lies in a file beside the store:
 * then the store is as safe as that file, but a copy of the store alone tells nothing.
 */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import path from 'node:path'
import { secretErrors } from './errors.ts'
import { readPrivate, writePrivate } from './private-file.ts'
import { checkName } from './secret-name.ts'

/** Base64 throughout. */
interface Sealed {
  readonly salt: string
  readonly nonce: string
  readonly tag: string
  readonly data: string
}

const keyBytes = 32

export class SecretStore {
  readonly #folder: string
  readonly #passphrase: string | null

  /** `passphrase`: what the key is made of; null: the file of the key. */
  constructor(folder: string, passphrase: string | null) {
    this.#folder = folder
    this.#passphrase = passphrase
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
    return sealed === undefined ? null : this.#unseal(name, sealed)
  }

  set(name: string, value: string): void {
    checkName(name)
    if (value === '') throw secretErrors.SECRETS_VALUE_EMPTY({ name })
    this.#write({ ...this.#read(), [name]: this.#seal(name, value) })
  }

  remove(name: string): void {
    const { [name]: removed, ...others } = this.#read()
    if (removed === undefined) throw secretErrors.SECRETS_NOT_FOUND({ name })
    this.#write(others)
  }

  #seal(name: string, value: string): Sealed {
    const [salt, nonce] = [randomBytes(16), randomBytes(12)]
    const cipher = createCipheriv('aes-256-gcm', this.#key(salt, true), nonce).setAAD(Buffer.from(name))
    const data = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
    const text = (bytes: Buffer): string => bytes.toString('base64')
    return { salt: text(salt), nonce: text(nonce), tag: text(cipher.getAuthTag()), data: text(data) }
  }

  #unseal(name: string, { salt, nonce, tag, data }: Sealed): string {
    const bytes = (text: string): Buffer => Buffer.from(text, 'base64')
    const key = this.#key(bytes(salt), false)
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes(nonce), { authTagLength: 16 }).setAAD(Buffer.from(name))
      decipher.setAuthTag(bytes(tag))
      return Buffer.concat([decipher.update(bytes(data)), decipher.final()]).toString('utf8')
    } catch {
      throw secretErrors.SECRETS_KEY_WRONG({ name, path: this.#path })
    }
  }

  #key(salt: Buffer, mayCreate: boolean): Buffer {
    return scryptSync(this.#passphrase ?? this.#keyFile(mayCreate), salt, keyBytes)
  }

  #keyFile(mayCreate: boolean): Buffer {
    const file = path.join(this.#folder, 'secrets.key')
    const known = readPrivate(file)
    if (known !== null) return known
    if (!mayCreate) throw secretErrors.SECRETS_STORE_DAMAGED({ path: this.#path }, { detail: `Its key "${file}" is missing.` })
    const key = Buffer.from(randomBytes(keyBytes).toString('base64'))
    writePrivate(file, key)
    return key
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
