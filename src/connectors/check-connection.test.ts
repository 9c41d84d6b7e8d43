import { expect, test } from 'vitest'
import { checkConnection } from './check-connection.ts'

const kafka = { connector: 'kafka', 'properties.bootstrap.servers': 'broker:9092' }
const check = (clause: Readonly<Record<string, string>>): Promise<void> => checkConnection('k', clause)

test.each([
  { connector: 'jdbc' },
  { ...kafka, 'properties.sasl.jaas.config': '${secret:jaas}', 'value.avro-confluent.url': 'http://registry:8081' },
  { ...kafka, 'scan.watermark.idle-timeout': '5 s', 'properties.request.timeout.ms': '${secret:how-long}' },
  { connector: 'jdbc', url: 'jdbc:postgresql://db:5432/shop', username: 'ada', password: '' },
])('a connection may have %j: some options of its connector and of formats, and no secret', async (clause) => {
  await expect(check(clause)).resolves.toBeUndefined()
})

test('what is no option of the connector is refused, with the nearest one that is', async () => {
  const said = {
    message: 'option "properties.bootstrap.server" does not exist for connection "k"',
    hint: 'Use "properties.bootstrap.servers".',
  }
  await expect(check({ connector: 'kafka', 'properties.bootstrap.server': 'x' })).rejects.toMatchObject(said)
  await expect(check({ ...kafka, 'csv.null': '-' })).rejects.toMatchObject({ hint: 'Use "csv.null-literal".' })
  await expect(check({ ...kafka, 'properties.no.such': '${secret:x}' })).rejects.toThrow('option "properties.no.such" does not exist')
  await expect(check({ ...kafka, 'properties.request.timeout.ms': 'soon' })).rejects.toThrow('does not have a value that fits')
  await expect(check({ connector: 'kafak' })).rejects.toMatchObject({ hint: 'Use "kafka".' })
  await expect(check({ topic: 'orders' })).rejects.toThrow('option "connector" of connection "k" is missing')
})

const plainSecrets: readonly (readonly [string, string, string])[] = [
  ['jdbc', 'password', 'sesame'],
  ['jdbc', 'password', 'x${secret:shop-db}'],
  ['jdbc', 'url', 'jdbc:mysql://ada:sesame@db/shop'],
  ['jdbc', 'url', 'jdbc:postgresql://db/shop?user=ada&password=sesame'],
  ['jdbc', 'url', 'sesame'],
  ['kafka', 'properties.sasl.jaas.config', 'PlainLoginModule required password="sesame";'],
  ['kafka', 'properties.ssl.keystore.key', 'sesame'],
  ['kafka', 'avro-confluent.basic-auth.user-info', 'ada:sesame'],
]

test.each(plainSecrets)('%s %s = %s is no plain text for a connection', async (connector, key, value) => {
  const refusal = check({ connector, [key]: value })
  await expect(refusal).rejects.toMatchObject({ code: 'CONNECTORS_CONNECTION_SECRET', hint: expect.stringContaining('${secret:its-name}') })
  await expect(refusal).rejects.toThrow(`option "${key}" of connection "k" holds a secret as plain text`)
  await expect(refusal.catch((error: unknown) => JSON.stringify(error))).resolves.not.toContain('sesame')
})
