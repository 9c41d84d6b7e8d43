/**
 * Starts a server of the tests for programs that measure, prints how it is reached as one line of JSON, and stops it when its input ends:
 * `node --conditions=source test/system/serve.ts kafka events`. Kafka has the topics that follow its name, a database has run the SQL.
 */
import { installKafkaServer, startKafkaServer } from './kafka-server.fixture.ts'
import { installPostgresServer, startPostgresServer } from './postgres-server.fixture.ts'

const starts: Readonly<Record<string, () => Promise<{ readonly shown: object; remove(): Promise<void> }>>> = {
  kafka: async () => {
    await installKafkaServer()
    const server = await startKafkaServer()
    await server.admin.createTopics({ topics: process.argv.slice(3), partitions: 1, replicas: 1 })
    return { shown: { address: server.address }, remove: () => server.remove() }
  },
  postgres: async () => {
    await installPostgresServer()
    const server = await startPostgresServer()
    const { url, user, password } = server
    await server.ask(process.argv[3] ?? 'SELECT 1')
    return { shown: { url, user, password }, remove: () => server.remove() }
  },
}

const name = process.argv[2] ?? ''
const start = starts[name]
if (start === undefined) throw new Error(`there is no server "${name}": use ${Object.keys(starts).join(' or ')}`)
const server = await start()
console.log(JSON.stringify(server.shown))
process.stdin.resume()
process.stdin.on('end', () => void server.remove().then(() => process.exit(0)))
