import { expect, test } from 'vitest'
import { SubtaskRates, sourcePartitions } from '#metrics'
import { expositionOf } from './exposition.ts'
import { jobFamilies } from './job-families.ts'
import { connector, operator, runMetrics, watchedJob } from './monitor.fixture.ts'
import { partitionFamilies } from './partition-families.ts'
import { sampleOf } from './sample.ts'

const now = Date.UTC(2030, 0, 1)

test('families are written as Prometheus reads them, whatever people have named things', () => {
  const labels = { job_name: 'a "b" \\ c\nd\re\ud800', empty: '' }
  const samples = [
    { labels, value: 1.5 },
    { labels: {}, value: Number.POSITIVE_INFINITY },
    { labels: { x: 'null' }, value: null },
  ]
  const none = { name: 'nothing', type: 'gauge', help: 'x', samples: [{ labels: {}, value: null }] } as const
  expect(expositionOf([{ name: 'a_total', type: 'counter', help: 'Rows \\ of\nall.', samples }, none])).toBe(
    [
      '# HELP a_total Rows \\\\ of\\nall.',
      '# TYPE a_total counter',
      'a_total{job_name="a \\"b\\" \\\\ c\\nd e\ufffd",empty=""} 1.5',
      'a_total +Inf',
      '',
    ].join('\n'),
  )
})

test('a job is told with its state, its numbers and its operators, subtasks together', () => {
  const evidence = { kind: 'unreachable', source: 'x', at: now, since: 0, seenAt: now - 90_000, reason: null } as const
  const run = { attempt: 3, version: 2, startedAt: now, endedAt: null, report: null }
  const job = watchedJob('j1', { status: { state: 'running', evidence, run } })
  const times = { accumulatedBusyTimeMs: 250, accumulatedBackPressuredTimeMs: 500, accumulatedIdleTimeMs: 250 }
  const source = { operatorName: 'Source', kind: 'source', numRecordsOut: 70, currentOutputWatermark: now - 3500 } as const
  const subtasks = [
    operator({ ...source, ...times, connector: { ...connector, pendingRecords: 8 } }),
    operator({ ...source, subtask: 1, accumulatedIdleTimeMs: 1000, connector: { ...connector, pendingRecords: 4, numRecordsErrors: 2 } }),
  ]
  const metrics = runMetrics(now, subtasks, {
    numberOfCompletedCheckpoints: 5,
    numberOfFailedCheckpoints: 1,
    lastCheckpointDuration: 1500,
    lastCheckpointSize: 10,
    lastCheckpointFullSize: 100,
  })
  const sample = sampleOf(metrics, new SubtaskRates().next(metrics.operators))
  const text = expositionOf(jobFamilies([{ job, latest: { ...sample, at: now - 2000, metrics } }], now))
  const of = (name: string, more = ''): string[] =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{workspace="default",job_id="j1",job_name="name of j1"${more}`))
      .map((line) => line.split(' ').at(-1) ?? '')
  const ofJob = (name: string): string[] => of(`millrace_job_${name}`, '} ')
  const ofOperator = (name: string): string[] => of(`millrace_operator_${name}`, ',operator_id="1",operator_name="Source"} ')
  expect(text).toContain('millrace_jobs{workspace="default",state="running"} 1')
  expect(text).toContain('millrace_jobs{workspace="default",state="failed"} 0')
  expect(of('millrace_job_state', ',state="running"')).toEqual(['1'])
  expect([ofJob('unreachable'), ofJob('seen_age_seconds'), ofJob('restarts_total'), ofJob('sample_age_seconds')]).toEqual([
    ['1'],
    ['90'],
    ['2'],
    ['2'],
  ])
  expect([ofJob('records_in_total'), ofJob('pending_records'), ofJob('dead_records_total'), ofJob('watermark_lag_seconds')]).toEqual([
    ['140'],
    ['12'],
    ['2'],
    ['3.5'],
  ])
  expect([ofJob('last_checkpoint_duration_seconds'), ofJob('failed_checkpoints_total'), ofJob('back_pressured_ratio')]).toEqual([
    ['1.5'],
    ['1'],
    ['0.5'],
  ])
  expect([ofOperator('records_out_total'), ofOperator('busy_ratio'), ofOperator('idle_ratio'), ofOperator('pending_records')]).toEqual([
    ['140'],
    ['0.25'],
    ['0.25'],
    ['12'],
  ])
  expect(ofOperator('output_watermark_timestamp_seconds')).toEqual([String((now - 3500) / 1000)])
})

test('of very many operators some jobs are left out, and counted', () => {
  const job = watchedJob('j1')
  const wide = Array.from({ length: 390 }, (_, i) => operator({ operatorId: String(i) }))
  const metrics = runMetrics(now, wide)
  const sample = sampleOf(metrics, new SubtaskRates().next(wide))
  const observed = Array.from({ length: 20 }, () => ({ job, latest: { ...sample, at: now, metrics } }))
  const text = expositionOf(jobFamilies(observed, now))
  expect(text).toContain('millrace_unlisted_jobs 6\n')
  expect(text.split('\n').length).toBeLessThan(60_000)
})

test('of partitions it is told how many there are, and how far apart', () => {
  const place = { currentOffset: 7, endOffset: 9, pendingRecords: 2 }
  const partitions = (watermark: number | null) =>
    sourcePartitions(true, [
      { ...place, state: 'active', partition: 'clicks-0', currentWatermark: now },
      { ...place, state: 'active', partition: 'clicks-1', currentWatermark: watermark },
      { ...place, state: 'idle', partition: 'clicks-2', currentWatermark: null },
    ])
  const told = (watermark: number | null): string[] => {
    const metrics = runMetrics(now, [operator({ operatorName: 'Source', kind: 'source', partitions: partitions(watermark) })])
    const sample = sampleOf(metrics, new SubtaskRates().next(metrics.operators))
    const text = expositionOf(partitionFamilies([{ job: watchedJob('j1'), latest: { ...sample, at: now, metrics } }]))
    return text.split('\n').filter((line) => line.startsWith('millrace'))
  }
  const labels = 'workspace="default",job_id="j1",job_name="name of j1",operator_id="1",operator_name="Source"'
  const counts = ['active', 'idle', 'paused', 'ended'].map(
    (state, index) => `millrace_operator_partitions{${labels},state="${state}"} ${[2, 1, 0, 0][index]}`,
  )
  expect(told(now - 90_500)).toEqual([...counts, `millrace_operator_partition_behind_seconds{${labels}} 90.5`])
  expect(told(now).at(-1)).toBe(`millrace_operator_partition_behind_seconds{${labels}} 0`)
  // A partition without a row is behind by nobody knows how much.
  expect(told(null)).toEqual(counts)
})
