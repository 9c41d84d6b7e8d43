import {
  AuthenticationError,
  MultipleErrors,
  NetworkError,
  ProtocolError,
  ResponseError,
  TimeoutError,
  UserError,
} from '@platformatic/kafka'
import { expect, test } from 'vitest'
import { describeKafkaFailure, kafkaError, kafkaFailureKind } from './failure-of.ts'

const system = (code: string, message = code): Error => Object.assign(new Error(message), { code })
const refusedLogin = new AuthenticationError('SASL authentication failed.', { cause: new ProtocolError('SASL_AUTHENTICATION_FAILED') })
const at = { address: 'a:1', action: 'read the table' }

test.each([
  ['a refused connection', new NetworkError('x', { cause: system('ECONNREFUSED') }), 'unreachable', 'CONNECTORS_KAFKA_UNREACHABLE'],
  ['no answer', new TimeoutError('Request timed out'), 'unreachable', 'CONNECTORS_KAFKA_UNREACHABLE'],
  ['an unknown host', new NetworkError('x', { cause: system('ENOTFOUND') }), 'refused', 'CONNECTORS_KAFKA_HOST_NOT_FOUND'],
  ['TLS that is expected', new UserError('Broker requires TLS.'), 'refused', 'CONNECTORS_KAFKA_TLS_EXPECTED'],
  [
    'a certificate',
    new NetworkError('x', { cause: system('SELF_SIGNED_CERT_IN_CHAIN') }),
    'refused',
    'CONNECTORS_KAFKA_CERTIFICATE_REFUSED',
  ],
  ['an alert', system('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'refused', 'CONNECTORS_KAFKA_CERTIFICATE_REFUSED'],
  ['a wrong password', new NetworkError('x', { cause: refusedLogin }), 'refused', 'CONNECTORS_KAFKA_LOGIN_REFUSED'],
  ['a missing right', new ProtocolError('TOPIC_AUTHORIZATION_FAILED'), 'refused', 'CONNECTORS_KAFKA_UNAUTHORIZED'],
  ['another leader', new ProtocolError('NOT_LEADER_OR_FOLLOWER'), 'unreachable', 'CONNECTORS_KAFKA_UNREACHABLE'],
  ['a coordinator that loads', new ProtocolError('COORDINATOR_LOAD_IN_PROGRESS'), 'busy', 'CONNECTORS_KAFKA_UNREACHABLE'],
  ['a fenced producer', new ProtocolError('PRODUCER_FENCED'), 'fenced', 'CONNECTORS_KAFKA_REQUEST_REFUSED'],
  ['a large message', new ResponseError(0, 9, { '/x': [10, null] }, null), 'data', 'CONNECTORS_KAFKA_REQUEST_REFUSED'],
  [
    'some brokers of which one answers no',
    new MultipleErrors('x', [new NetworkError('y'), refusedLogin]),
    'refused',
    'CONNECTORS_KAFKA_LOGIN_REFUSED',
  ],
])('%s', (_, error, kind, code) => {
  expect(kafkaFailureKind(error)).toBe(kind)
  const coded = kafkaError(error, at)
  expect(coded.code).toBe(code)
  expect(coded.cause).toBeUndefined()
  expect(kafkaError(coded, at)).toBe(coded)
})

test('names of hosts are right, and TLS is there, once there was a connection', () => {
  const hungUp = new UserError('TLS handshake failed. Please verify the broker supports TLS.', { cause: system('ECONNRESET') })
  for (const error of [new NetworkError('x', { cause: system('ENOTFOUND') }), new NetworkError('x', { cause: hungUp })]) {
    expect([kafkaFailureKind(error), kafkaFailureKind(error, true)]).toEqual(['refused', 'unreachable'])
  }
})

test('what is none of these is not tried again', () => {
  const error = new RangeError('the answer ends too early')
  expect(kafkaFailureKind(error)).toBe('unknown')
  expect(kafkaError(error, at)).toMatchObject({ code: 'CONNECTORS_KAFKA_ANSWER_UNCLEAR', detail: 'It was: the answer ends too early.' })
})

test('a few words say what is waited for', () => {
  expect(describeKafkaFailure(new NetworkError('x', { cause: system('ECONNREFUSED') }))).toBe('Kafka is not reachable (ECONNREFUSED)')
  expect(describeKafkaFailure(new ProtocolError('LEADER_NOT_AVAILABLE'))).toBe('Kafka answers LEADER_NOT_AVAILABLE')
})
