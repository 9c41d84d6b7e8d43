/** How a table says that Kafka is reached: addresses, encryption, and who the client is. */
import { readFileSync } from 'node:fs'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import type { Broker, ConnectionOptions, SASLOptions } from '@platformatic/kafka'
import type { Options } from '#formats'
import { kafkaErrors } from './errors.ts'

/** What a client is made of. Holds secrets: never shown. */
export interface KafkaConnection {
  readonly brokers: readonly Broker[]
  /** The addresses as people wrote them, for errors. */
  readonly address: string
  readonly clientId: string
  readonly network: ConnectionOptions
}

const key = (name: string): string => `properties.${name}`

/** Reads the files that the options name, but opens nothing yet. */
export function kafkaConnection(options: Options, table: string): KafkaConnection {
  const address = (options.text(key('bootstrap.servers')) ?? '').trim()
  const protocol = options.text(key('security.protocol')) ?? 'PLAINTEXT'
  const tls = protocol.endsWith('SSL') ? tlsOptions(options, table) : undefined
  const sasl = protocol.startsWith('SASL_') ? saslOptions(options, table, protocol) : undefined
  return {
    brokers: brokersOf(address, table),
    address,
    clientId: options.text(key('client.id')) ?? 'millrace',
    network: {
      connectTimeout: Math.max(1, options.number(key('socket.connection.setup.timeout.ms')) ?? 10_000),
      requestTimeout: Math.max(1, options.number(key('request.timeout.ms')) ?? 30_000),
      ...(tls === undefined ? {} : { tls }),
      ...(sasl === undefined ? {} : { sasl }),
    },
  }
}

function brokersOf(address: string, table: string): readonly Broker[] {
  const brokers = address.split(',').flatMap((each): Broker[] => {
    const text = each.trim()
    if (text === '') return []
    const found = /^(?:\[([0-9a-f:]+)\]|([^\s:[\]/]+)):(\d{1,5})$/i.exec(text.replace(/^[A-Z_]+:\/\//, ''))
    const port = Number(found?.[3])
    if (found === null || port < 1 || port > 65_535) throw addressMismatch(table, `Expected host:port, got "${text}".`)
    return [{ host: found[1] ?? found[2] ?? '', port }]
  })
  if (brokers.length === 0) throw addressMismatch(table, 'It names no broker.')
  return brokers
}

function addressMismatch(table: string, detail: string): Error {
  return kafkaErrors.CONNECTORS_KAFKA_OPTION_MISMATCH(
    { key: key('bootstrap.servers'), table },
    { detail, hint: 'Write addresses as host:port, with commas between them.' },
  )
}

function saslOptions(options: Options, table: string, protocol: string): SASLOptions {
  const because = `'${key('security.protocol')}' = '${protocol}'`
  const mechanism = options.text(key('sasl.mechanism'))
  if (mechanism === undefined) throw kafkaErrors.CONNECTORS_KAFKA_OPTION_MISSING({ key: key('sasl.mechanism'), table, because })
  const config = options.text(key('sasl.jaas.config'))
  if (config === undefined) throw kafkaErrors.CONNECTORS_KAFKA_OPTION_MISSING({ key: key('sasl.jaas.config'), table, because })
  const { username, password } = parseJaasConfig(config)
  if (username === undefined || password === undefined) {
    throw kafkaErrors.CONNECTORS_KAFKA_OPTION_MISMATCH(
      { key: key('sasl.jaas.config'), table },
      {
        detail: 'It names no user and password; its value is not shown.',
        hint: `Write 'org.apache.kafka.common.security.plain.PlainLoginModule required username="…" password="…";'.`,
      },
    )
  }
  return { mechanism: mechanism as SASLOptions['mechanism'], username, password }
}

/** The settings of a login module: words or quoted texts behind `name=`. */
export function parseJaasConfig(config: string): Readonly<Record<string, string>> {
  const settings: Record<string, string> = {}
  for (const [, name = '', quoted, plain = ''] of config.matchAll(/([\w.]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/gs)) {
    settings[name] = quoted === undefined ? plain : quoted.replace(/\\(.)/gs, '$1')
  }
  return settings
}

function tlsOptions(options: Options, table: string): TlsOptions {
  const text = (name: string): string | undefined => options.text(key(name))
  const trusted = text('ssl.truststore.certificates') ?? fileOf(options, table, 'ssl.truststore.location')
  const passphrase = text('ssl.key.password') ?? text('ssl.keystore.password')
  const checksHost = (text('ssl.endpoint.identification.algorithm') ?? '') !== ''
  return {
    ...(trusted === undefined ? {} : { ca: pemOf(trusted, 'ssl.truststore.location', table) }),
    ...clientCertificate(options, table),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(checksHost ? {} : { checkServerIdentity: () => undefined }),
  }
}

function clientCertificate(options: Options, table: string): TlsOptions {
  const chain = options.text(key('ssl.keystore.certificate.chain'))
  const own = options.text(key('ssl.keystore.key'))
  if (chain !== undefined && own !== undefined) return { cert: chain, key: own }
  const file = fileOf(options, table, 'ssl.keystore.location')
  if (file === undefined) return {}
  if (isPem(file)) return { cert: file, key: file }
  // PKCS12 is a sequence that begins with its version, JKS begins with a number of its own.
  if (file[0] === 0x30) return { pfx: file }
  throw storeMismatch('ssl.keystore.location', table, 'Expected PEM or PKCS12, got another kind of file.')
}

function fileOf(options: Options, table: string, name: string): Buffer | undefined {
  const path = options.text(key(name))
  if (path === undefined) return undefined
  try {
    return readFileSync(path)
  } catch (error) {
    const code = String((error as { code?: unknown }).code)
    throw kafkaErrors.CONNECTORS_KAFKA_FILE_UNREADABLE({ path, key: key(name), table }, { detail: `The system said: ${code}.` })
  }
}

function pemOf(bytes: Buffer | string, name: string, table: string): Buffer | string {
  if (isPem(bytes)) return bytes
  throw storeMismatch(name, table, 'Expected certificates as PEM, got another kind of file.')
}

function isPem(bytes: Buffer | string): boolean {
  return bytes.includes('-----BEGIN ')
}

function storeMismatch(name: string, table: string, detail: string): Error {
  return kafkaErrors.CONNECTORS_KAFKA_OPTION_MISMATCH(
    { key: key(name), table },
    { detail, hint: 'Write certificates out as PEM: keytool -exportcert -rfc.' },
  )
}
