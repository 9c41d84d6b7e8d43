import { describe, expect, test } from 'vitest'
import { isPostgresAddress, parsePostgresAddress } from './postgres-address.ts'

test('all parts of an address', () => {
  expect(
    parsePostgresAddress(
      'postgresql://ann%40x:p%2Fw%20%25@db.example:6432/my%20records?sslmode=verify-full&sslrootcert=/ca.pem&application_name=m&connect_timeout=3',
    ),
  ).toEqual({
    place: 'db.example:6432/my records',
    host: 'db.example',
    port: 6432,
    database: 'my records',
    user: 'ann@x',
    password: 'p/w %',
    applicationName: 'm',
    connectMsMax: 3000,
    tls: 'verify-full',
    files: { ca: '/ca.pem', certificate: null, key: null },
  })
})

test.each([
  ['postgres://db/r', { host: 'db', port: 5432, user: null, password: null, tls: 'prefer' }],
  ['postgres:///r', { host: null, place: 'localhost:5432/r' }],
  ['postgres:///r?host=/run/postgresql&sslmode=require', { host: '/run/postgresql', tls: 'disable' }],
  ['postgres://[::1]:1/r', { host: '::1', port: 1 }],
  ['postgres://db/r?sslmode=require', { tls: 'require' }],
  ['postgres://db/r?sslmode=require&sslrootcert=ca.pem', { tls: 'verify-ca' }],
  ['postgres://a:b@c@db/r', { host: 'db', user: 'a', password: 'b@c' }],
])('%s', (address, parts) => {
  expect(parsePostgresAddress(address)).toMatchObject(parts)
})

describe('addresses of another form are refused and not repeated', () => {
  test.each([
    ['postgres://ann:secret@db:70000/r', 'Its host or port cannot be read.'],
    ['postgres://ann:secret@db', 'The name of the database is missing.'],
    ['postgres://ann:secret@db/', 'The name of the database is missing.'],
    ['postgres://ann:secret@a,b/r', 'It names several hosts, expected one.'],
    ['postgres://ann:secret%@db/r', expect.stringContaining('"%25"')],
    ['postgres://ann@db/r?sslmode=secret', expect.stringContaining('"sslmode" is disable, prefer')],
    ['postgres://ann@db/r?secret=1', expect.stringContaining('Its parameters may be sslmode, ')],
    ['postgres://ann@db/r?connect_timeout=-1', '"connect_timeout" is a number of seconds.'],
  ])('%s', (address, detail) => {
    let found: unknown = null
    try {
      parsePostgresAddress(address)
    } catch (error) {
      found = error
    }
    expect(found).toMatchObject({ code: 'STORE_ADDRESS', blame: 'user', detail })
    expect(JSON.stringify(found, Object.getOwnPropertyNames(found))).not.toContain('secret')
  })
})

test('what is no address of PostgreSQL', () => {
  const addresses = ['postgres://a/b', 'postgresql://a/b', 'postgres:a', 'jdbc:postgresql://a/b', 'POSTGRES', '']
  expect(addresses.map(isPostgresAddress)).toEqual([true, true, false, false, false, false])
})
