/** What a server tells Prometheus, judged by its own tool and scraped by its own server. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '#base'
import type { OperatorMetrics } from '#metrics'
import { expositionType, laneFamilies, Monitor, type WatchedJob } from '#monitor'
import { Outbound } from '#outbound'
import { MemoryStore } from '#store'
import { checkMetrics, type PrometheusServer, startPrometheus } from './prometheus-server.fixture.ts'

const jobName = 'orders "by day" \\ ü\nsecond line'
let folder: string
let monitor: Monitor
let server: Server
let prometheus: PrometheusServer
let begunAt = 0

function job(id: string, state: 'running' | 'failed'): WatchedJob {
  const engine = { kind: 'embedded' } as const
  return {
    workspace: 'default',
    job: id,
    spec: { name: `${jobName} ${id}`, folder: '', tags: [], owner: 'ada', engine, latencyTier: 'seconds' },
    wanted: 'running',
    status: {
      state,
      since: begunAt,
      reason: { code: 'run-seen', message: 'it was seen', hint: null },
      trouble: null,
      run: { attempt: 2, version: 1, startedAt: begunAt, endedAt: null, report: null },
      intent: null,
      evidence: { kind: 'present', source: 'test', at: begunAt, since: begunAt, seenAt: begunAt, reason: null },
      restart: { failures: [], nextAt: null },
      failure: null,
      generation: 1,
      origin: null,
    },
  }
}

/** A subtask that reads a thousand rows a second since the test began, half of the time at work. */
function subtask(number: number): OperatorMetrics {
  const lifeMs = systemClock.nowMs() - begunAt
  return {
    operatorId: '1',
    operatorName: 'Source: orders',
    kind: 'source',
    nodes: [1],
    subtask: number,
    parallelism: 2,
    numRecordsIn: lifeMs,
    numRecordsOut: lifeMs,
    numLateRecordsDropped: 0,
    accumulatedBusyTimeMs: lifeMs / 2,
    accumulatedBackPressuredTimeMs: 0,
    accumulatedIdleTimeMs: lifeMs / 2,
    currentInputWatermark: null,
    currentOutputWatermark: systemClock.nowMs() - 5000,
    stateBytes: 10,
    spilledBytes: 0,
    inputQueueLength: null,
    waitingRecords: null,
    connector: { numBytes: 0, numRecordsErrors: 0, numRetries: 0, pendingRecords: 7, waitingFor: null, waitingSince: null },
    heaviestKeys: null,
    partitions: null,
  }
}

const checkpoints = {
  numberOfCompletedCheckpoints: 3,
  numberOfFailedCheckpoints: 0,
  lastCheckpointDuration: 250,
  lastCheckpointSize: 1000,
  lastCheckpointFullSize: 4000,
}

beforeAll(async () => {
  begunAt = systemClock.nowMs()
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-scraped-'))
  const jobs = [job('j1', 'running'), job('j2', 'failed')]
  monitor = await Monitor.open({
    store: new MemoryStore(systemClock),
    folder,
    clock: systemClock,
    version: '1.2.3',
    jobs: () => jobs,
    measure: async () => ({ takenAt: systemClock.nowMs(), checkpoints, operators: [subtask(0), subtask(1)] }),
    outbound: new Outbound(),
    findSecret: () => null,
    runSql: null,
    linkTo: () => null,
    moreFamilies: () => laneFamilies([{ engine: 'flink:a', source: 'cluster', jobs: 2, lagMs: 1500 }]),
    failed: (error) => {
      throw error
    },
  })
  await monitor.addStartingRules('default', 'ada')
  const target = { kind: 'webhook', url: 'https://example.com/', secret: null, heartbeatMs: null } as const
  await monitor.channels.create('default', { name: 'hook "1"', isActive: true, hearsWatcher: false, target }, 'ada')
  monitor.start()
  server = createServer((_, response) => response.writeHead(200, { 'content-type': expositionType }).end(monitor.prometheusText()))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  prometheus = await startPrometheus(`127.0.0.1:${(server.address() as AddressInfo).port}`)
})

afterAll(async () => {
  await prometheus.remove()
  server.closeAllConnections()
  server.close()
  await monitor.stop()
  await rm(folder, { recursive: true })
})

test('its server scrapes all of it: jobs, operators, checkpoints, alerts and the server itself', async () => {
  const name = `${jobName} j1`
  expect(await prometheus.ask('millrace_job_busy_ratio', 'job_name')).toEqual({ [name]: 0.5 })
  expect(await prometheus.ask('up')).toEqual({ '': 1 })
  expect(await prometheus.ask('millrace_jobs > 0', 'workspace', 'state')).toEqual({ 'default running': 1, 'default failed': 1 })
  expect(await prometheus.ask('millrace_job_state == 1', 'job_id', 'state')).toEqual({ 'j1 running': 1, 'j2 failed': 1 })
  expect(await prometheus.ask('millrace_operator_pending_records', 'job_id', 'operator_name')).toEqual({ 'j1 Source: orders': 14 })
  expect(await prometheus.ask('millrace_job_last_checkpoint_duration_seconds')).toEqual({ '': 0.25 })
  expect(await prometheus.ask('millrace_job_restarts_total', 'job_id')).toEqual({ j1: 1, j2: 1 })
  expect(await prometheus.ask('millrace_alerts{phase="firing"} > 0', 'severity')).toEqual({ critical: 1 })
  expect(await prometheus.ask('millrace_channel_pending_notices', 'channel_name')).toEqual({ 'hook "1"': 0 })
  expect(await prometheus.ask('millrace_control_loop_lag_seconds', 'engine')).toEqual({ 'flink:a': 1.5 })
  expect(await prometheus.ask('millrace_build_info', 'version')).toEqual({ '1.2.3': 1 })
  expect((await prometheus.ask('millrace_server_resident_memory_bytes'))['']).toBeGreaterThan(1e7)
  const rate = await prometheus.ask('rate(millrace_job_records_in_total[20s]) > 0')
  expect(rate['']).toBeGreaterThan(500)
})

test('its tool has nothing to say against it', async () => {
  expect(await checkMetrics(monitor.prometheusText())).toBe('')
  expect(await checkMetrics('a_total{} x')).not.toBe('')
})
