/** Names of clusters, as they are kept in a file. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
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
  expect(await new Clusters({ MILLRACE_HOME: home }, {}).find('prod')).toMatchObject({ name: 'prod', gatewayUrl: gateway, local: null })
  expect((await stat(path.join(home, 'clusters.json'))).mode & 0o077).toBe(0)
  await clusters.remove('prod')
  await expect(clusters.find('prod')).rejects.toMatchObject({ code: 'CLUSTER_NOT_FOUND', hint: expect.stringContaining('None is known') })
})

test('a name is used once, and a wrong one has the nearest told', async () => {
  await clusters.add('prod', gateway, '')
  await expect(clusters.add('prod', gateway, '')).rejects.toMatchObject({ code: 'CLUSTER_EXISTS' })
  await expect(clusters.find('prdo')).rejects.toMatchObject({ hint: 'Did you mean "prod"?' })
  await expect(clusters.find('anything')).rejects.toMatchObject({ hint: 'Known are prod.' })
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
