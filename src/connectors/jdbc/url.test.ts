import { describe, expect, test } from 'vitest'
import { parseDatabaseUrl } from './url.ts'

const codeOf = (text: string): string => {
  try {
    parseDatabaseUrl(text, 't')
  } catch (error) {
    const { code, message, hint, detail } = error as Record<string, string>
    return [code, message, detail, hint].join(' | ')
  }
  return 'none'
}

describe('URLs', () => {
  test('name dialect, place and database', () => {
    expect(parseDatabaseUrl('jdbc:postgresql://db.example:6432/sales', 't')).toMatchObject({
      dialect: 'postgresql',
      host: 'db.example',
      port: 6432,
      database: 'sales',
      tls: 'prefer',
      currentSchema: null,
    })
    expect(parseDatabaseUrl('jdbc:mysql://db/sales', 't')).toMatchObject({ dialect: 'mysql', host: 'db', port: 3306 })
    expect(parseDatabaseUrl('jdbc:mariadb://[::1]:3307/a%20b', 't')).toMatchObject({ host: '::1', port: 3307, database: 'a b' })
    expect(parseDatabaseUrl('jdbc:postgresql:///sales', 't')).toMatchObject({ host: 'localhost', port: 5432 })
  })

  test.each([
    ['jdbc:postgresql://h/d?sslmode=verify-ca&sslrootcert=/ca.pem', { tls: 'verify-ca', files: { ca: '/ca.pem' } }],
    ['jdbc:postgresql://h/d?ssl=true', { tls: 'verify-full' }],
    ['jdbc:postgresql://h/d?ssl=false', { tls: 'disable' }],
    [
      'jdbc:postgresql://h/d?currentSchema=a,b&ApplicationName=x&connectTimeout=3',
      { currentSchema: 'a,b', applicationName: 'x', connectMsMax: 3000 },
    ],
    ['jdbc:postgresql://h/d?user=u&password=p', { user: 'u', password: 'p' }],
    ['jdbc:mysql://h/d?useSSL=false&allowPublicKeyRetrieval=true&serverTimezone=UTC', { tls: 'disable' }],
    ['jdbc:mysql://h/d?useSSL=true&requireSSL=true', { tls: 'require' }],
    ['jdbc:mysql://h/d?sslMode=VERIFY_IDENTITY', { tls: 'verify-full' }],
    ['jdbc:mysql://h/d?connectTimeout=250&characterEncoding=UTF-8', { connectMsMax: 250 }],
  ])('%s', (text, expected) => {
    expect(parseDatabaseUrl(text, 't')).toMatchObject(expected)
  })

  test.each([
    ['jdbc:oracle:thin:@h:1521', 'there is no dialect "oracle"'],
    ['postgresql://h/d', 'another form'],
    ['jdbc:postgresql://h/', 'the name of the database is missing'],
    ['jdbc:postgresql://a,b/d', 'several hosts'],
    ['jdbc:postgresql://h:x/d', 'host or port'],
    ['jdbc:postgresql://h/d?sslmode=maybe', '"sslmode" is disable'],
    ['jdbc:postgresql://h/d?sslmod=require', '"sslmod" of the URL of table "t" is not supported'],
    ['jdbc:postgresql://h/d?sslmod=require', 'Use "sslmode".'],
    ['jdbc:mysql://h/d?characterEncoding=latin1', 'can only be UTF-8'],
    ['jdbc:mysql://h/d?zeroDateTimeBehavior=convertToNull', 'can only be exception'],
    ['jdbc:mysql://h/d?allowLoadLocalInfile=true', '"allowLoadLocalInfile" of the URL'],
  ])('%s is refused', (text, words) => {
    expect(codeOf(text)).toContain(words)
  })

  test('a password is never shown', () => {
    for (const text of [
      'jdbc:postgresql://me:hidden@h/d',
      'jdbc:postgresql//h/d?password=hidden',
      'jdbc:mysql://h/d?password=hidden&nonsense=1',
    ]) {
      expect(codeOf(text)).toMatch(/^CONNECTORS_JDBC_URL/)
      expect(codeOf(text)).not.toContain('hidden')
    }
  })
})
