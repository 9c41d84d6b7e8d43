/** Names of clusters, as they are kept in a file. */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Clusters } from '#clusters'

let home: string
let clusters: Clusters

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'millrace-clusters-'))
  clusters = new Clusters({ MILLRACE_HOME: home }, {})
})
afterEach(() => rm(home, { recursive: true, force: true }))

const gateway = 'http://127.0.0.1:9'

test('a name is kept, for others that look later', async () => {
  await clusters.add('prod', gateway, '')
  expect(await new Clusters({ MILLRACE_HOME: home }, {}).withGateway('prod')).toMatchObject({
    name: 'prod',
    gatewayUrl: gateway,
    local: null,
  })
  expect((await stat(path.join(home, 'clusters.json'))).mode & 0o077).toBe(0)
  await clusters.remove('prod')
  await expect(clusters.withGateway('prod')).rejects.toMatchObject({
    code: 'CLUSTER_NOT_FOUND',
    hint: expect.stringContaining('None is known'),
  })
})

test('a folder for plans is kept, and a file without one is read', async () => {
  await clusters.add('shared', gateway, '', path.join(home, 'plans'))
  expect(await clusters.withGateway('shared')).toMatchObject({ planFolder: path.join(home, 'plans') })
  await writeFile(
    path.join(home, 'clusters.json'),
    JSON.stringify({ clusters: [{ name: 'old', engine: 'flink', gatewayUrl: gateway, restUrl: '', local: null }] }),
  )
  expect(await clusters.withGateway('old')).toMatchObject({ planFolder: '' })
})

test('a name is used once, and a wrong one has the nearest told', async () => {
  await clusters.add('prod', gateway, '')
  await expect(clusters.add('prod', gateway, '')).rejects.toMatchObject({ code: 'CLUSTER_EXISTS' })
  await expect(clusters.withGateway('prdo')).rejects.toMatchObject({ hint: 'Did you mean "prod"?' })
  await expect(clusters.withGateway('anything')).rejects.toMatchObject({ hint: 'Known are prod.' })
})

test.each(['', 'A', '1x', 'a b', '../a', 'a'.repeat(41)])('%j is no name', async (name) => {
  await expect(clusters.add(name, gateway, '')).rejects.toMatchObject({ code: 'CLUSTER_NAME' })
})

test.each(['', 'flink:8081', 'file:///etc/passwd', 'http://'])('%j is no address', async (url) => {
  await expect(clusters.add('a', url, '')).rejects.toMatchObject({ code: 'CLUSTER_ADDRESS' })
})

test.each([
  '',
  '{"clusters":',
  '[]',
  '{"clusters":[{"name":"a"}]}',
  '{"clusters":[{"name":"a","engine":"flink","gatewayUrl":"","restUrl":"","local":{"version":"2.3.0","marker":"sh","folder":"/","isReady":true}}]}',
])('a file that holds %j is told, and left', async (text) => {
  await writeFile(path.join(home, 'clusters.json'), text)
  await expect(clusters.states()).rejects.toMatchObject({ code: 'CLUSTER_FILE' })
  await expect(clusters.add('b', gateway, '')).rejects.toMatchObject({ code: 'CLUSTER_FILE' })
})

test('many may be named at once', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `c${index}`)
  await Promise.all(names.map((name) => new Clusters({ MILLRACE_HOME: home }, {}).add(name, gateway, '')))
  expect((await clusters.states()).map(({ cluster }) => cluster.name)).toEqual(names.toSorted())
})

test('an address with a password is refused, and not shown', async () => {
  const failure = await clusters.add('a', 'http://bob:hunter2@host', '').catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'CLUSTER_CREDENTIALS' })
  expect(JSON.stringify(failure)).not.toContain('hunter2')
})

test('what was not started here is not stopped here', async () => {
  await clusters.add('prod', gateway, '')
  await expect(clusters.stop('prod')).rejects.toMatchObject({ code: 'CLUSTER_NOT_OURS' })
})

test('a cluster for one script takes no statements, and tells that it has ended', async () => {
  const folder = path.join(home, 'clusters', 'app')
  const local = { version: '2.3.0', marker: `millrace${'a'.repeat(32)}`, folder, isReady: true }
  const cluster = { name: 'app', engine: 'flink', gatewayUrl: '', restUrl: 'http://127.0.0.1:9', local }
  await writeFile(path.join(home, 'clusters.json'), JSON.stringify({ clusters: [cluster] }))
  await expect(clusters.withGateway('app')).rejects.toMatchObject({ code: 'CLUSTER_OF_APPLICATION' })
  expect(await clusters.withJobManager('app')).toMatchObject({ restUrl: 'http://127.0.0.1:9' })
  await mkdir(path.join(folder, 'conf'), { recursive: true })
  await writeFile(path.join(folder, 'conf', 'ended'), '0\n')
  expect((await clusters.states())[0]?.unreachable).toBe('its job has ended')
  await writeFile(path.join(folder, 'conf', 'ended'), '239\n')
  expect((await clusters.states())[0]?.unreachable).toBe('it has ended with status 239')
})

test('a version of Flink that runs no script as an application is refused', async () => {
  const start = clusters.start(
    { name: 'app', version: '1.20.0', slots: 1, scheduler: 'default', application: { text: '', named: [] } },
    () => undefined,
  )
  await expect(start).rejects.toMatchObject({ code: 'CLUSTER_APPLICATION_VERSION' })
})

test('libraries are found for clusters that were started here, and for no others', async () => {
  const local = { version: '2.3.0', marker: `millrace${'a'.repeat(32)}`, folder: home, isReady: true }
  const cluster = { name: 'dev', engine: 'flink', gatewayUrl: 'http://127.0.0.1:8', restUrl: 'http://127.0.0.1:7', local }
  await writeFile(path.join(home, 'clusters.json'), JSON.stringify({ clusters: [cluster] }))
  await clusters.add('prod', gateway, '')
  const find = await clusters.libraryFinder('http://127.0.0.1:8/', () => undefined)
  const position = { start: 0, end: 1, line: 1, column: 1 }
  expect(await find?.([{ kind: 'connector', name: 'print', database: '', position }])).toEqual([])
  await expect(find?.([{ kind: 'connector', name: 'nonsense', database: '', position }])).rejects.toMatchObject({
    code: 'CLUSTER_CONNECTOR',
  })
  expect(await clusters.libraryFinder(gateway, () => undefined)).toBeUndefined()
  expect(await clusters.libraryFinder('http://127.0.0.1:6', () => undefined)).toBeUndefined()
})
