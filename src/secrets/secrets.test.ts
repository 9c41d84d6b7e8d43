import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findSecret, findToken, openSecretStore } from './find-secret.ts'
import { SecretStore } from './secret-store.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'millrace-secrets-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

describe('the store', () => {
  test('gives back what was set, and nothing of it lies in its files', async () => {
    const store = new SecretStore(home, null)
    store.set('kafka-prod', 'pass wörd')
    store.set('other', 'x')
    expect(new SecretStore(home, null).get('kafka-prod')).toBe('pass wörd')
    expect(store.names()).toEqual(['kafka-prod', 'other'])
    const text = await readFile(path.join(home, 'secrets.json'), 'utf8')
    expect(text).toContain('kafka-prod')
    for (const secret of ['pass wörd', Buffer.from('pass wörd').toString('base64')]) expect(text).not.toContain(secret)
    for (const name of ['secrets.json', 'secrets.key']) expect((await stat(path.join(home, name))).mode & 0o777).toBe(0o600)
  })

  test('a secret is removed, once', () => {
    const store = new SecretStore(home, 'key')
    store.set('a', '1')
    store.remove('a')
    expect(store.get('a')).toBeNull()
    expect(() => store.remove('a')).toThrow('secret "a" does not exist in the store')
  })

  test('another key, a secret under another name and a damaged file are told apart from a missing one', async () => {
    new SecretStore(home, 'right').set('a', '1')
    expect(() => new SecretStore(home, 'wrong').get('a')).toThrow('cannot be read with the present key')
    const file = path.join(home, 'secrets.json')
    const sealed = (JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>)['a']
    await writeFile(file, JSON.stringify({ b: sealed }))
    expect(() => new SecretStore(home, 'right').get('b')).toThrow('cannot be read with the present key')
    for (const text of ['{', '[1]', '{"a":{"salt":1}}', 'null']) {
      await writeFile(file, text)
      expect(() => new SecretStore(home, 'right').get('a')).toThrow('could not read the store of secrets')
    }
  })

  test('a file that others can read is refused', async () => {
    new SecretStore(home, 'key').set('a', '1')
    await chmod(path.join(home, 'secrets.json'), 0o644)
    expect(() => new SecretStore(home, 'key').get('a')).toThrow('can be read by others')
  })

  test.each(['', '../x', '.hidden', 'a b', 'a/b', 'x'.repeat(101), '__proto__'])('"%s" is no name', (name) => {
    expect(new SecretStore(home, 'key').get(name)).toBeNull()
    expect(() => new SecretStore(home, 'key').set(name, '1')).toThrow('cannot be the name of a secret')
  })

  test('a value that is empty is refused', () => {
    expect(() => new SecretStore(home, 'key').set('a', '')).toThrow('secret "a" has no value')
  })
})

describe('a secret is looked for', () => {
  test('in the environment, then in the folder, then in the store', async () => {
    const variables: Record<string, string> = { MILLRACE_HOME: home, MILLRACE_SECRETS_DIR: home }
    expect(findSecret('kafka-prod', variables)).toBeNull()
    openSecretStore(variables).set('kafka-prod', 'of the store')
    expect(findSecret('kafka-prod', variables)).toBe('of the store')
    await writeFile(path.join(home, 'kafka-prod'), 'of the folder\n')
    expect(findSecret('kafka-prod', variables)).toBe('of the folder')
    expect(findSecret('kafka-prod', { ...variables, MILLRACE_SECRET_KAFKA_PROD: 'of the environment' })).toBe('of the environment')
  })

  test('under no name that leads elsewhere', () => {
    expect(() => findSecret('../secrets.json', { MILLRACE_SECRETS_DIR: home })).toThrow('cannot be the name of a secret')
  })
})

describe('a token', () => {
  test('is made once, and kept in a file that nobody else may read', async () => {
    const folder = path.join(home, 'new')
    const token = findToken('gateway-token', { MILLRACE_HOME: folder })
    expect(token).toEqual({ value: expect.stringMatching(/^[\w-]{32}$/), file: path.join(folder, 'gateway-token') })
    expect(findToken('gateway-token', { MILLRACE_HOME: folder })).toEqual(token)
    expect(findToken('gateway-token', { MILLRACE_HOME: path.join(home, 'other') }).value).not.toBe(token.value)
    expect((await stat(path.join(folder, 'gateway-token'))).mode & 0o777).toBe(0o600)
    await chmod(path.join(folder, 'gateway-token'), 0o644)
    expect(() => findToken('gateway-token', { MILLRACE_HOME: folder })).toThrow('can be read by others')
  })

  test('is the secret of its name, if that is more than nothing', () => {
    const variables = { MILLRACE_HOME: home, MILLRACE_SECRET_GATEWAY_TOKEN: 'mine' }
    expect(findToken('gateway-token', variables)).toEqual({ value: 'mine', file: null })
    expect(findToken('gateway-token', { ...variables, MILLRACE_SECRET_GATEWAY_TOKEN: '' }).value).toHaveLength(32)
  })
})
