import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { MillraceError } from '#base'
import { readOptions } from '#formats'
import { kafkaConnection, parseJaasConfig } from './connection.ts'
import { kafkaOptions } from './options.ts'

const address = { 'properties.bootstrap.servers': 'a:1' }

function connectionOf(clause: Readonly<Record<string, string>>) {
  return kafkaConnection(readOptions('table "t"', kafkaOptions('kafka'), { ...address, ...clause }), 't')
}

function failureOf(clause: Readonly<Record<string, string>>): MillraceError {
  try {
    connectionOf(clause)
  } catch (error) {
    if (error instanceof MillraceError) return error
    throw error
  }
  throw new Error('it did not fail')
}

function fileOf(content: string | Uint8Array): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-keys-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'store')
  writeFileSync(file, content)
  return file
}

describe('addresses', () => {
  test('are hosts with ports, as Kafka writes them', () => {
    const servers = { 'properties.bootstrap.servers': ' a:1, PLAINTEXT://b.example:9092,[::1]:3 ' }
    expect(connectionOf(servers).brokers).toEqual([
      { host: 'a', port: 1 },
      { host: 'b.example', port: 9092 },
      { host: '::1', port: 3 },
    ])
  })

  test.each([',', 'a', 'a:0', 'a:70000', 'a:b', 'a/b:1'])('of another kind are refused: %s', (servers) => {
    expect(failureOf({ 'properties.bootstrap.servers': servers }).code).toBe('CONNECTORS_KAFKA_OPTION_MISMATCH')
  })
})

describe('who the client is', () => {
  const sasl = { 'properties.security.protocol': 'sasl_plaintext', 'properties.sasl.mechanism': 'PLAIN' }

  test('stands in the settings of a login module', () => {
    const module = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
    expect(parseJaasConfig(`${module} username="a" password="p\\"; \\\\x=y";`)).toEqual({ username: 'a', password: 'p"; \\x=y' })
    expect(parseJaasConfig(`${module}\n  username=a\n  password = b ;`)).toEqual({ username: 'a', password: 'b' })
    expect(connectionOf({ ...sasl, 'properties.sasl.jaas.config': 'x username="a" password="b";' }).network.sasl).toEqual({
      mechanism: 'PLAIN',
      username: 'a',
      password: 'b',
    })
  })

  test('has to be said where it counts', () => {
    expect(failureOf({ 'properties.security.protocol': 'SASL_SSL' }).message).toBe(
      'option "properties.sasl.mechanism" of table "t" is missing',
    )
    expect(failureOf(sasl).message).toBe('option "properties.sasl.jaas.config" of table "t" is missing')
    const failure = failureOf({ ...sasl, 'properties.sasl.jaas.config': 'x user="hidden" secret="swordfish";' })
    expect([failure.code, `${JSON.stringify(failure)} ${failure.message} ${failure.detail}`.includes('swordfish')]).toEqual([
      'CONNECTORS_KAFKA_OPTION_MISMATCH',
      false,
    ])
  })

  test('is not asked where no one wants to know', () => {
    const { sasl: none } = connectionOf({ ...sasl, 'properties.security.protocol': 'PLAINTEXT' }).network
    expect(none).toBeUndefined()
  })
})

describe('encryption', () => {
  const ssl = { 'properties.security.protocol': 'SSL' }
  const pem = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n'

  test('takes certificates from files and from options', () => {
    expect(connectionOf({ ...ssl, 'properties.ssl.truststore.location': fileOf(pem) }).network.tls).toMatchObject({ ca: Buffer.from(pem) })
    expect(connectionOf({ ...ssl, 'properties.ssl.truststore.certificates': pem }).network.tls).toMatchObject({ ca: pem })
    const own = { 'properties.ssl.keystore.location': fileOf(pem), 'properties.ssl.key.password': 'p' }
    expect(connectionOf({ ...ssl, ...own }).network.tls).toEqual({ cert: Buffer.from(pem), key: Buffer.from(pem), passphrase: 'p' })
    const packed = Uint8Array.of(0x30, 1, 2)
    expect(connectionOf({ ...ssl, 'properties.ssl.keystore.location': fileOf(packed) }).network.tls).toEqual({ pfx: Buffer.from(packed) })
  })

  test('refuses files of another kind, and files that are not there', () => {
    const store = fileOf(Uint8Array.of(0xfe, 0xed, 0xfe, 0xed))
    for (const key of ['properties.ssl.truststore.location', 'properties.ssl.keystore.location']) {
      expect(failureOf({ ...ssl, [key]: store })).toMatchObject({
        code: 'CONNECTORS_KAFKA_OPTION_MISMATCH',
        hint: expect.stringContaining('PEM'),
      })
      expect(failureOf({ ...ssl, [key]: '/missing' })).toMatchObject({
        code: 'CONNECTORS_KAFKA_FILE_UNREADABLE',
        detail: 'The system said: ENOENT.',
      })
    }
  })

  test('checks names of hosts unless it is told not to', () => {
    expect(connectionOf(ssl).network.tls).toEqual({})
    const { tls } = connectionOf({ ...ssl, 'properties.ssl.endpoint.identification.algorithm': '' }).network
    expect(tls?.checkServerIdentity?.('a', {} as never)).toBeUndefined()
  })
})
