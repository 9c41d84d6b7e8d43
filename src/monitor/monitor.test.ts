import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { noCheckpoints, type RunMetrics } from '#metrics'
import { Outbound } from '#outbound'
import { MemoryStore, type Store } from '#store'
import type { AlertChannel } from './alert-channel.ts'
import type { AlertRule } from './alert-rule.ts'
import { alertRule, connector, MovedClock, newFolder, operator, runMetrics, watchedJob } from './monitor.fixture.ts'
import { Monitor, type MonitorOptions } from './monitor.ts'
import { startWebhookReceiver } from './receivers.fixture.ts'
import type { WatchedJob } from './watched-job.ts'

const opened: Monitor[] = []
const ws = 'default'
const minuteMs = 60_000

afterEach(async () => {
  for (const monitor of opened.splice(0)) await monitor.stop()
})

/** A monitor, the world that it watches, and the time, which goes on when it is told to. */
class Watch {
  readonly clock: MovedClock
  readonly folder: string
  readonly store: Store
  readonly failures: unknown[] = []
  jobs: WatchedJob[] = [watchedJob('j1'), watchedJob('j2')]
  pending = 0
  deadRecords = 0
  checkpoints = noCheckpoints
  #monitor: Monitor | null = null

  constructor(folder = newFolder(), clock = new MovedClock(), store: Store = new MemoryStore(clock)) {
    this.clock = clock
    this.folder = folder
    this.store = store
  }

  get monitor(): Monitor {
    if (this.#monitor === null) throw new TypeError('it is not open')
    return this.#monitor
  }

  async open(others: Partial<MonitorOptions> = {}): Promise<Monitor> {
    this.#monitor = await Monitor.open({
      store: this.store,
      folder: this.folder,
      clock: this.clock,
      version: '1.2.3',
      jobs: () => this.jobs,
      measure: async ({ job }) => this.#measure(job),
      outbound: new Outbound({ allowed: ['127.0.0.1'] }),
      findSecret: () => null,
      runSql: null,
      linkTo: (workspace, job) => `https://millrace.example/${workspace}/${job}`,
      failed: (error) => this.failures.push(error),
      random: () => 1,
      bytesMax: 50_000_000,
      ...others,
    })
    opened.push(this.#monitor)
    return this.#monitor
  }

  async close(): Promise<void> {
    opened.splice(opened.indexOf(this.monitor), 1)
    await this.monitor.stop()
  }

  /** Lets time go by; each step of the monitor is made as often as it is in life. */
  async live(forMs: number): Promise<void> {
    for (const end = this.clock.ms + forMs; this.clock.ms < end; ) {
      this.clock.ms += 5000
      for (const { status } of this.jobs)
        if (status.evidence.kind !== 'unreachable') Object.assign(status.evidence, { at: this.clock.ms, seenAt: this.clock.ms })
      await this.monitor.sample()
      if (this.clock.ms % minuteMs === 0) await this.monitor.askSqlRules()
      if (this.clock.ms % 10_000 === 0) await this.monitor.judge()
      await this.monitor.deliver()
    }
  }

  change(job: string, known: Parameters<typeof watchedJob>[1]): void {
    this.jobs = this.jobs.map((each) => (each.job === job ? watchedJob(job, known) : each))
  }

  #measure(job: string): RunMetrics {
    const told = job === 'j1' ? { ...connector, pendingRecords: this.pending, numRecordsErrors: this.deadRecords } : connector
    return runMetrics(this.clock.ms, [operator({ kind: 'source', connector: told })], this.checkpoints)
  }
}

async function channelTo(
  monitor: Monitor,
  url: string,
  others: Partial<AlertChannel> = {},
  heartbeatMs: number | null = null,
): Promise<string> {
  const target = { kind: 'webhook', url, secret: null, heartbeatMs } as const
  return (await monitor.channels.create(ws, { name: 'hook', isActive: true, hearsWatcher: false, target, ...others }, 'ada')).id
}

async function ruleOf(monitor: Monitor, known: Partial<AlertRule>): Promise<string> {
  return (await monitor.rules.create(ws, alertRule(known), 'ada')).id
}

const lagRule = {
  name: 'Lag',
  condition: { kind: 'metric', metric: 'jobPendingRecords', is: 'above', threshold: 100, clearsAt: 50 },
} as const

test('lag fires after its time, is told once, and is told to be over when it is', async () => {
  const receiver = await startWebhookReceiver()
  const watch = new Watch()
  const monitor = await watch.open()
  await ruleOf(monitor, { ...lagRule, forMs: 30_000, clearAfterMs: 20_000, channels: [await channelTo(monitor, receiver.url)] })
  await watch.live(minuteMs)
  expect(monitor.alerts(ws)).toEqual([expect.objectContaining({ job: 'j2', phase: 'unknown' })])
  watch.pending = 500
  await watch.live(20_000)
  expect(monitor.alerts(ws)[0]).toMatchObject({ job: 'j1', phase: 'pending', sighting: { value: 500 } })
  await watch.live(2 * minuteMs)
  let commits = 0
  const unwatch = watch.store.watch(() => commits++)
  await watch.live(8 * minuteMs)
  unwatch()
  expect(commits).toBe(0)
  expect(monitor.alerts(ws)[0]).toMatchObject({ phase: 'firing', jobName: 'name of j1', isSilenced: false })
  watch.pending = 70
  await watch.live(minuteMs)
  expect(receiver.taken.map(({ json }) => json.kind)).toEqual(['fired'])
  watch.pending = 50
  await watch.live(minuteMs)
  expect(receiver.taken.map(({ json }) => json.kind)).toEqual(['fired', 'resolved'])
  expect(receiver.taken[0]?.json).toMatchObject({
    workspace: ws,
    title: '[firing] warning: Lag: name of j1',
    alerts: [
      { job: 'j1', jobName: 'name of j1', tier: 'seconds', value: 500, threshold: 100, link: 'https://millrace.example/default/j1' },
    ],
  })
  const history = await monitor.alertHistory(ws, { job: 'j1', limit: 10 })
  expect(history.map(({ value }) => value.kind)).toEqual(['resolved', 'fired'])
  expect(history[0]?.value.episode).toBe(history[1]?.value.episode)
  expect(watch.failures).toEqual([])
})

test('a rule that is tried says what it would see, and keeps and tells nothing', async () => {
  const watch = new Watch()
  const monitor = await watch.open()
  watch.pending = 70
  await watch.live(minuteMs)
  const trial = await monitor.tryRule(ws, alertRule(lagRule))
  expect(trial.map(({ job, sighting }) => [job, sighting.sight, sighting.value])).toEqual([
    ['j1', 'between', 70],
    ['j2', 'unknown', null],
  ])
  const narrow = await monitor.tryRule(ws, alertRule({ ...lagRule, scope: { kind: 'jobs', jobs: ['j2'] } }))
  expect(narrow.map(({ job }) => job)).toEqual(['j2'])
  expect(await monitor.tryRule('elsewhere', alertRule(lagRule))).toEqual([])
  expect(() => monitor.tryRule(ws, alertRule({ ...lagRule, name: ' ' }))).toThrow(expect.objectContaining({ code: 'MONITOR_RULE' }))
  expect([monitor.rules.list(ws), monitor.alerts(ws)]).toEqual([[], []])
})

test('what fires is told again as often as its rule says, and many jobs are one notice', async () => {
  const receiver = await startWebhookReceiver()
  const watch = new Watch()
  const monitor = await watch.open()
  const channels = [await channelTo(monitor, receiver.url)]
  await ruleOf(monitor, { condition: { kind: 'state', states: ['running'], isNot: false }, repeatMs: 5 * minuteMs, channels })
  await watch.live(11 * minuteMs)
  expect(receiver.taken.map(({ json }) => [json.kind, json.alerts?.length])).toEqual([
    ['fired', 2],
    ['still-firing', 2],
    ['still-firing', 2],
  ])
})

test('who cannot be reached is not failed: state and lag are unknown, and what fires goes on', async () => {
  const watch = new Watch()
  const monitor = await watch.open()
  await ruleOf(monitor, { name: 'failed', condition: { kind: 'state', states: ['failed'], isNot: false } })
  await ruleOf(monitor, { name: 'gone', condition: { kind: 'unreachable' }, forMs: minuteMs })
  await ruleOf(monitor, lagRule)
  watch.pending = 500
  await watch.live(minuteMs)
  const phases = (): string[] =>
    monitor
      .alerts(ws)
      .filter(({ job }) => job === 'j1')
      .map(({ ruleName, phase }) => `${ruleName} ${phase}`)
  expect(phases()).toEqual(['Lag firing'])
  const evidence = {
    kind: 'unreachable',
    source: 'flink',
    at: watch.clock.ms,
    since: 0,
    seenAt: watch.clock.ms,
    reason: 'refused',
  } as const
  watch.change('j1', { status: { state: 'failed', evidence } })
  await watch.live(30_000)
  expect(phases()).toEqual(['failed unknown', 'gone pending', 'Lag firing'])
  await watch.live(minuteMs)
  expect(phases()).toEqual(['failed unknown', 'gone firing', 'Lag firing'])
})

test('a silence keeps people from being told, and nothing else; after it they are', async () => {
  const receiver = await startWebhookReceiver()
  const watch = new Watch()
  const monitor = await watch.open()
  const rule = await ruleOf(monitor, { ...lagRule, channels: [await channelTo(monitor, receiver.url)] })
  const silence = { rule, job: 'j1', from: watch.clock.ms, until: watch.clock.ms + 5 * minuteMs, comment: 'being mended' }
  await monitor.silences.create(ws, silence, 'ada')
  watch.pending = 500
  await watch.live(4 * minuteMs)
  expect(monitor.alerts(ws)[0]).toMatchObject({ phase: 'firing', isSilenced: true, notifiedAt: null })
  expect(receiver.taken).toEqual([])
  await watch.live(2 * minuteMs)
  expect(receiver.taken.map(({ json }) => json.kind)).toEqual(['fired'])
})

test('a rule or a job that is watched no more leaves no alert behind', async () => {
  const receiver = await startWebhookReceiver()
  const watch = new Watch()
  const monitor = await watch.open()
  const channels = [await channelTo(monitor, receiver.url)]
  await ruleOf(monitor, { ...lagRule, channels })
  const other = await ruleOf(monitor, { name: 'other', condition: { kind: 'state', states: ['running'], isNot: false } })
  watch.pending = 500
  await watch.live(minuteMs)
  expect(monitor.alerts(ws).filter(({ phase }) => phase === 'firing')).toHaveLength(3)
  watch.jobs = watch.jobs.slice(1)
  await monitor.rules.remove(ws, other, 'ada')
  await watch.live(20_000)
  expect(monitor.alerts(ws).filter(({ phase }) => phase === 'firing')).toEqual([])
  expect(receiver.taken.map(({ json }) => [json.kind, json.alerts?.[0]?.text])).toEqual([
    ['fired', expect.any(String)],
    ['resolved', 'it is watched no more'],
  ])
  expect((await monitor.alertHistory(ws, { limit: 10 })).map(({ value }) => value.kind).sort()).toEqual([
    'fired',
    'fired',
    'fired',
    'resolved',
    'resolved',
    'resolved',
  ])
})

test('dead rows are counted over the last while, and checkpoints that do not come are noticed, also after a start', async () => {
  const watch = new Watch()
  const monitor = await watch.open()
  await ruleOf(monitor, { name: 'dead', condition: { kind: 'increase', metric: 'jobDeadRecords', above: 5, withinMs: 5 * minuteMs } })
  await ruleOf(monitor, { name: 'stuck', condition: { kind: 'no-checkpoint', withinMs: 10 * minuteMs } })
  const firing = (): string[] =>
    watch.monitor.alerts(ws).flatMap(({ ruleName, job, phase }) => (phase === 'firing' ? [`${ruleName} ${job}`] : []))
  watch.deadRecords = 1000
  watch.checkpoints = { ...noCheckpoints, numberOfCompletedCheckpoints: 4 }
  await watch.live(4 * minuteMs)
  watch.deadRecords += 6
  watch.checkpoints = { ...noCheckpoints, numberOfCompletedCheckpoints: 5 }
  await watch.live(minuteMs)
  expect(firing()).toEqual(['dead j1'])
  await watch.live(5 * minuteMs)
  expect(firing()).toEqual([])
  await watch.close()
  await watch.open()
  await watch.live(5 * minuteMs)
  expect(firing()).toEqual(['stuck j1', 'stuck j2'])
  watch.checkpoints = { ...noCheckpoints, numberOfCompletedCheckpoints: 6 }
  await watch.live(20_000)
  expect(firing()).toEqual([])
})

test('after a start nothing is told twice, and what was not told is', async () => {
  const receiver = await startWebhookReceiver()
  const watch = new Watch()
  let monitor = await watch.open()
  const channels = [await channelTo(monitor, receiver.url)]
  await ruleOf(monitor, { ...lagRule, channels })
  watch.pending = 500
  receiver.status = 500
  await watch.live(20_000)
  await watch.close()
  receiver.status = 200
  monitor = await watch.open()
  await watch.live(3 * minuteMs)
  expect(receiver.taken.map(({ json }) => json.kind)).toEqual(['fired'])
  expect(monitor.alerts(ws)[0]).toMatchObject({ phase: 'firing' })
})

test('a channel that fails is tried again, further and further apart, and is itself shown', async () => {
  const receiver = await startWebhookReceiver()
  const watch = new Watch()
  const monitor = await watch.open()
  const channel = await channelTo(monitor, receiver.url)
  await ruleOf(monitor, { ...lagRule, channels: [channel] })
  watch.pending = 500
  receiver.status = 0
  await watch.live(10 * minuteMs)
  const health = monitor.channelHealth(ws, channel)
  expect(health).toMatchObject({ pending: 1, lastSuccessAt: null, trouble: 'OUTBOUND_NO_ANSWER: could not get an answer from "127.0.0.1"' })
  expect(health.failuresInARow).toBeGreaterThan(5)
  expect(health.failuresInARow).toBeLessThan(12)
  receiver.status = 200
  await watch.live(10 * minuteMs)
  expect(receiver.taken).toHaveLength(1)
  expect(monitor.channelHealth(ws, channel)).toMatchObject({ pending: 0, failuresInARow: 0, trouble: '' })
  const log = await monitor.deliveries(ws, channel, { limit: 10 })
  expect(log.map(({ value }) => value.outcome)).toEqual(['delivered', 'failed'])
  expect(log[0]?.value.notice).toBe(receiver.taken[0]?.json.id)
})

test('a notice is given up after a day', async () => {
  const watch = new Watch()
  const monitor = await watch.open()
  const channel = await channelTo(monitor, 'http://127.0.0.1:1/')
  await ruleOf(monitor, { ...lagRule, channels: [channel] })
  watch.pending = 500
  await watch.live(minuteMs)
  watch.clock.ms += 24 * 60 * minuteMs
  await monitor.deliver()
  expect(monitor.channelHealth(ws, channel).pending).toBe(0)
  expect((await monitor.deliveries(ws, channel, { limit: 1 }))[0]?.value.outcome).toBe('given-up')
})

test('a test of a channel says at once what is wrong', async () => {
  const receiver = await startWebhookReceiver()
  const watch = new Watch()
  const monitor = await watch.open()
  const channel = await channelTo(monitor, receiver.url)
  await monitor.testChannel(ws, channel, 'ada')
  expect(receiver.taken[0]?.json).toMatchObject({ kind: 'test', text: 'a test of the channel "hook", asked for by ada' })
  receiver.status = 404
  await expect(monitor.testChannel(ws, channel, 'ada')).rejects.toThrow('status 404')
  await expect(monitor.testChannel(ws, 'nobody', 'ada')).rejects.toMatchObject({ code: 'MONITOR_NOT_FOUND' })
})

test('whoever hears no heartbeat knows that nobody watches; a silence of the watcher is told afterwards', async () => {
  const receiver = await startWebhookReceiver()
  const watch = new Watch()
  const monitor = await watch.open()
  await channelTo(monitor, receiver.url, { hearsWatcher: true }, minuteMs)
  await ruleOf(monitor, lagRule)
  await watch.live(3 * minuteMs)
  expect(receiver.taken.map(({ json }) => json.kind)).toEqual(['heartbeat', 'heartbeat', 'heartbeat'])
  expect(monitor.health()).toMatchObject({ isWatching: true, lastJudgedAt: watch.clock.ms })
  expect(Number(readFileSync(path.join(watch.folder, 'heartbeat'), 'utf8'))).toBe(watch.clock.ms)
  const from = watch.clock.ms
  watch.clock.ms += 2 * minuteMs
  expect(monitor.health().isWatching).toBe(false)
  await monitor.deliver()
  expect(receiver.taken).toHaveLength(3)
  await watch.close()
  watch.clock.ms += 10 * minuteMs
  const again = await watch.open()
  await watch.live(20_000)
  const text = `the watcher was silent from 2030-01-01 00:03:00 UTC to 2030-01-01 00:15:10 UTC, for 12 min 10 s`
  expect(receiver.taken.map(({ json }) => json.kind)).toContain('watcher-silent')
  expect(receiver.taken.find(({ json }) => json.kind === 'watcher-silent')?.json).toMatchObject({ text })
  const [event] = await again.alertHistory(ws, { limit: 1 })
  expect(event?.value).toMatchObject({ kind: 'watcher-silent', since: from, text })
})

test('a rule in SQL fires for the jobs that its rows name, with the tables of its workspace alone', async () => {
  const watch = new Watch()
  const asked: string[] = []
  let isBroken = false
  const monitor = await watch.open({
    runSql: async ({ workspace, text, tables }) => {
      if (isBroken) throw new TypeError('no')
      const [metrics, jobs] = tables
      const column = (name: string): number => metrics?.columns.findIndex((each) => each.name === name) ?? -1
      const rows = (metrics?.rows ?? []).filter(
        (row) => row[column('metric')] === 'pendingRecords' && Number(row[column('measured')]) > 100,
      )
      asked.push(`${workspace} ${text} ${metrics?.name} ${jobs?.rows.length}`)
      const answer = ['job', 'metric', 'measured'] as const
      const columns = answer.map((name) => ({ name, type: name === 'measured' ? 'DOUBLE' : 'STRING' }))
      return { columns, rows: rows.map((row) => answer.map((name) => row[column(name)])) }
    },
  })
  watch.jobs.push({ ...watchedJob('j3'), workspace: 'another' })
  await ruleOf(monitor, { name: 'sql', condition: { kind: 'sql', text: 'SELECT 1', metrics: ['pendingRecords'], pastMs: 0 } })
  watch.pending = 500
  await watch.live(2 * minuteMs)
  expect(asked[0]).toBe('default SELECT 1 metrics 2')
  expect(monitor.alerts(ws)).toMatchObject([
    { job: 'j1', phase: 'firing', sighting: { value: 500, text: 'job = j1, metric = pendingRecords, measured = 500' } },
  ])
  isBroken = true
  watch.pending = 0
  await watch.live(3 * minuteMs)
  // What fired goes on, since nobody knows; and that nobody knows is an alarm of its own, told as others are.
  const broken = { job: '', phase: 'firing', sighting: { text: 'its query cannot be asked: it could not be asked' } }
  expect(monitor.alerts(ws)).toMatchObject([{ job: 'j1', phase: 'firing', sighting: { text: 'it could not be asked' } }, broken])
  isBroken = false
  await watch.live(2 * minuteMs)
  expect(monitor.alerts(ws)).toEqual([])
})

test('rows of a rule in SQL are told apart by their texts, not by their numbers', async () => {
  const watch = new Watch()
  let rows: (readonly [string, number, number])[] = [
    ['map', 1, 10],
    ['sink', 1, 10],
  ]
  const columns = [
    { name: 'operator_name', type: 'STRING' },
    { name: 'subtasks', type: 'BIGINT NOT NULL' },
    { name: 'measured', type: 'DOUBLE' },
  ]
  const monitor = await watch.open({ runSql: async () => ({ columns, rows }) })
  await ruleOf(monitor, { name: 'sql', condition: { kind: 'sql', text: 'SELECT 1', metrics: [], pastMs: 0 } })
  await watch.live(2 * minuteMs)
  const first = monitor.alerts(ws)
  expect(first).toMatchObject([{ phase: 'firing' }, { phase: 'firing' }])
  expect(new Set(first.map(({ id }) => id)).size).toBe(2)
  rows = [['sink', 2, 11]]
  await watch.live(2 * minuteMs)
  expect(monitor.alerts(ws)).toMatchObject([{ id: first[1]?.id, since: first[1]?.since, sighting: { value: 11 } }])
  const resolved = (await monitor.alertHistory(ws, { limit: 10 })).filter(({ value }) => value.kind === 'resolved')
  expect(resolved.map(({ value }) => value.text)).toEqual(['its query gives no such row'])
})

test('definitions are checked, counted and changed from the version that was seen', async () => {
  const watch = new Watch()
  const monitor = await watch.open()
  await expect(ruleOf(monitor, { name: ' ' })).rejects.toMatchObject({ code: 'MONITOR_RULE' })
  await expect(ruleOf(monitor, { forMs: Number.NaN })).rejects.toMatchObject({ code: 'MONITOR_RULE' })
  await expect(ruleOf(monitor, { condition: { ...lagRule.condition, clearsAt: 200 } })).rejects.toThrow('other side')
  await expect(channelTo(monitor, 'ftp://example.com')).rejects.toMatchObject({ code: 'OUTBOUND_ADDRESS' })
  const key = { workspace: ws, id: await ruleOf(monitor, lagRule) }
  await monitor.rules.change(key, alertRule({ name: 'Other' }), 1, 'ada')
  await expect(monitor.rules.change(key, alertRule({}), 1, 'bob')).rejects.toMatchObject({ code: 'MONITOR_CHANGED' })
  expect((await monitor.rules.versions(ws, key.id, { limit: 5 })).map(({ value }) => value.name)).toEqual(['Other', 'Lag'])
  expect(() => monitor.rules.find('elsewhere', key.id)).toThrow(`there is no rule "${key.id}"`)
  await monitor.addStartingRules('new', 'ada')
  await monitor.addStartingRules('new', 'ada')
  expect(monitor.rules.list('new').length).toBeGreaterThan(5)
  expect(new Set(monitor.rules.list('new').map(({ value }) => value.name)).size).toBe(monitor.rules.list('new').length)
})
