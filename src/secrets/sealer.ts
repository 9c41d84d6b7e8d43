/** Encrypts secrets by AES-256-GCM, each for the place where it lies: moved elsewhere, it cannot be read. */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'

/** Base64 throughout. */
export interface Sealed {
  readonly salt: string
  readonly nonce: string
  readonly tag: string
  readonly data: string
}

const keyBytes = 32

export class Sealer {
  readonly #passphrase: (mayCreate: boolean) => string | Buffer
  /** By salt. To make one takes long, and is meant to. */
  readonly #keys = new Map<string, Buffer>()

  /** `passphrase` gives what keys are made of, and makes it where there is none yet and it may. */
  constructor(passphrase: (mayCreate: boolean) => string | Buffer) {
    this.#passphrase = passphrase
  }

  seal(place: string, value: string): Sealed {
    const [known] = this.#keys.keys()
    const salt = known ?? randomBytes(16).toString('base64')
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key(salt, true), nonce).setAAD(Buffer.from(place))
    const data = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
    const text = (bytes: Buffer): string => bytes.toString('base64')
    return { salt, nonce: text(nonce), tag: text(cipher.getAuthTag()), data: text(data) }
  }

  /** Null where it was sealed with another key, or for another place. */
  unseal(place: string, { salt, nonce, tag, data }: Sealed): string | null {
    const bytes = (text: string): Buffer => Buffer.from(text, 'base64')
    const key = this.#key(salt, false)
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes(nonce), { authTagLength: 16 }).setAAD(Buffer.from(place))
      decipher.setAuthTag(bytes(tag))
      return Buffer.concat([decipher.update(bytes(data)), decipher.final()]).toString('utf8')
    } catch {
      return null
    }
  }

  #key(salt: string, mayCreate: boolean): Buffer {
    const known = this.#keys.get(salt)
    if (known !== undefined) return known
    const key = scryptSync(this.#passphrase(mayCreate), Buffer.from(salt, 'base64'), keyBytes)
    this.#keys.set(salt, key)
    return key
  }
}
