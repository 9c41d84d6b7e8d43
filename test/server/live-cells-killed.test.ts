/** Live cells over a server that is killed: what a page was shown as live runs again with the next one, more than once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LiveServer } from '../browser/live-server.fixture.ts'
import { Watcher } from './live-cells.fixture.ts'
import { password } from './millrace.fixture.ts'
import { Person } from './person.fixture.ts'

let server: LiveServer

beforeAll(async () => {
  server = await LiveServer.create()
})
afterAll(() => server.remove())

const params = { workspace: 'main' }
const script = (text: string) => ({ text, variables: {} })
const numbers = script(`CREATE TEMPORARY TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'fields.n.kind' = 'sequence',
  'fields.n.start' = '1', 'fields.n.end' = '1000000', 'rows-per-second' = '100')`)

test('each time that the server is killed, the cell is there again and counts anew', { timeout: 180_000 }, async () => {
  await server.start()
  const link = /link=(\S+)/.exec(await server.welcome())?.[1] ?? ''
  let ada = await new Person(server.port).signInByLink({ link, name: 'ada', password })
  const cells = [{ id: 'a', kind: 'sql' as const, text: '', view: 'table' as const, chart: null }]
  const body = { title: 'Killed', folder: '', tags: [], variables: {}, cells }
  const { id: notebook } = await ada.call('POST /workspaces/:workspace/notebooks', { params, body })
  const { session } = await ada.call('POST /workspaces/:workspace/sql/sessions', { params, body: {} })
  const run = 'run00000001'
  const order = { cell: 'a', session, script: script('SELECT n FROM numbers'), setUp: [numbers], remake: [numbers] }
  await ada.call('PUT /workspaces/:workspace/notebooks/:notebook/runs/:run', { params: { ...params, notebook, run }, body: order })
  const watcher = new Watcher(ada, notebook)
  let againAt = 0
  for (let life = 0; life < 3; life++) {
    const isLive = (): boolean => watcher.runs.get(run)?.card.state === 'live' && (watcher.runs.get(run)?.card.againAt ?? 0) >= againAt
    await watcher.read(() => isLive() && (watcher.runs.get(run)?.rows.length ?? 0) > 50)
    const seen = watcher.runs.get(run)
    expect(seen?.rows.map((row) => Number(JSON.parse(row)[0]))).toEqual(seen?.rows.map((_, index) => index + 1))
    expect(seen?.card.againAt === null).toBe(life === 0)
    againAt = (seen?.card.againAt ?? 0) + 1
    await server.kill()
    await server.start()
    ada = await new Person(server.port).signIn('ada', password)
    watcher.person = ada
  }
  await watcher.read(() => (watcher.runs.get(run)?.card.againAt ?? 0) >= againAt && watcher.runs.get(run)?.card.state === 'live')
  await ada.call('DELETE /workspaces/:workspace/notebooks/:notebook/runs/:run', { params: { ...params, notebook, run } })
  await server.kill()
  await server.start()
  ada = await new Person(server.port).signIn('ada', password)
  const { items } = await ada.call('GET /workspaces/:workspace/notebooks/:notebook/runs', { params: { ...params, notebook } })
  expect(items).toEqual([])
})
