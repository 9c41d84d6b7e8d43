/** What runs measure of their operators, over rows and times that are known. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { noCheckpoints, type OperatorMetrics, ratesBetween } from '#metrics'
import type { RunReport } from '#query'
import { batches, batchRows, lastMetrics, measuredRuns, subtasks, total } from './measured-run.fixture.ts'

const rows = batches * batchRows

describe.each([1, 3])('with %i workers', (workers) => {
  test('subtasks have all rows of the input between them', async () => {
    const metrics = await lastMetrics('INSERT INTO fast SELECT k, COUNT(DISTINCT n) FROM t WHERE n >= 1000 GROUP BY k;', { workers })
    const source = subtasks(metrics, 'Source: default_catalog.default_database.t')
    expect(source).toHaveLength(workers)
    expect(source.map(({ subtask, parallelism }) => [subtask, parallelism])).toEqual(source.map((_, index) => [index, workers]))
    expect(total(source, (each) => each.numRecordsOut)).toBe(rows)
    const filter = subtasks(metrics, 'Filter')
    expect(total(filter, (each) => each.numRecordsIn)).toBe(rows)
    expect(total(filter, (each) => each.numRecordsOut)).toBe(rows - 1000)
    const aggregate = subtasks(metrics, 'GroupAggregate')
    expect(total(aggregate, (each) => each.numRecordsIn)).toBe(rows - 1000)
    expect(total(aggregate, (each) => each.stateBytes)).toBeGreaterThan(0)
    // Key 7 is on one worker, and most rows with it.
    expect(Math.max(...aggregate.map((each) => each.numRecordsIn))).toBeGreaterThan(0.9 * (rows - 1000))
    const sink = subtasks(metrics, 'Sink: default_catalog.default_database.fast')
    expect(total(sink, (each) => each.numRecordsIn)).toBe(total(aggregate, (each) => each.numRecordsOut))
    expect(total(sink, (each) => each.numRecordsOut)).toBe(total(sink, (each) => each.numRecordsIn))
  })

  test('the heaviest key is found, and its share', async () => {
    const metrics = await lastMetrics('INSERT INTO fast SELECT k, COUNT(*) FROM t GROUP BY k;', { workers })
    const samples = metrics.operators.flatMap(({ heaviestKeys }) => heaviestKeys ?? [])
    expect(samples.length).toBeGreaterThan(0)
    for (const { keys } of samples) {
      expect(keys[0]?.key).toEqual({ k: '7' })
      expect(keys[0]?.share).toBeCloseTo(0.91, 1)
      expect(keys[1]?.share).toBeLessThan(0.02)
    }
  })

  test('what keeps rows before a sink is an operator of its own', async () => {
    const metrics = await lastMetrics('INSERT INTO keyed SELECT c, k FROM (SELECT k, COUNT(*) AS c FROM t GROUP BY k);', { workers })
    const [project, keeper, sink] = ['Project', 'SinkMaterializer', 'Sink: default_catalog.default_database.keyed'].map((name) =>
      subtasks(metrics, name),
    ) as [readonly OperatorMetrics[], readonly OperatorMetrics[], readonly OperatorMetrics[]]
    expect(total(keeper, (each) => each.numRecordsIn)).toBe(total(project, (each) => each.numRecordsOut))
    expect(total(keeper, (each) => each.numRecordsIn)).toBeGreaterThan(0)
    expect(total(sink, (each) => each.numRecordsIn)).toBe(total(keeper, (each) => each.numRecordsOut))
    expect(total(keeper, (each) => each.stateBytes)).toBeGreaterThan(0)
    expect(total(sink, (each) => each.stateBytes)).toBe(0)
  })

  test('state that memory has no room for is told apart', async () => {
    const metrics = await lastMetrics('INSERT INTO fast SELECT n, COUNT(*) FROM t GROUP BY n;', {
      workers,
      settings: { 'taskmanager.memory.managed.size': '100 kb' },
    })
    const aggregate = subtasks(metrics, 'GroupAggregate')
    const [memory, disk] = [total(aggregate, (each) => each.stateBytes), total(aggregate, (each) => each.spilledBytes)]
    expect(memory).toBeLessThan(150_000)
    expect(disk).toBeGreaterThan(100_000)
  })

  test('checkpoints are those of the run', async () => {
    const place = mkdtempSync(path.join(tmpdir(), 'millrace-metrics-'))
    const query = 'INSERT INTO fast SELECT k, COUNT(*) FROM t GROUP BY k;'
    const settings = { 'execution.checkpointing.dir': place, 'execution.checkpointing.interval': '7 ms' }
    const { checkpoints } = await lastMetrics(query, { workers, settings })
    rmSync(place, { recursive: true })
    // A batch is read in 3 ms; the last checkpoint comes at the end, and needs no state.
    expect(checkpoints.numberOfCompletedCheckpoints).toBeGreaterThan(1)
    expect(checkpoints.lastCheckpointDuration).toBeGreaterThanOrEqual(0)
    expect(checkpoints.lastCheckpointFullSize).toBe(0)
    expect((await lastMetrics(query, { workers })).checkpoints).toEqual(noCheckpoints)
  })

  test('late rows are counted where they are dropped', async () => {
    const query = `INSERT INTO fast SELECT k, COUNT(*) FROM TABLE(TUMBLE(TABLE timed, DESCRIPTOR(placed), INTERVAL '1' MINUTE)) GROUP BY k, window_start, window_end;`
    const reports: RunReport[] = []
    const metrics = await lastMetrics(query, { workers, ended: (report) => reports.push(report) })
    const late = total(metrics.operators, (each) => each.numLateRecordsDropped)
    // Of every ten rows one is an hour late. Several workers wait for one another's time.
    expect(late).toBeGreaterThan(workers === 1 ? rows / 10 - 1 : 0)
    expect(late).toBeLessThanOrEqual(rows / 10)
    expect(late).toBe(reports[0]?.lateRows)
    expect(total(subtasks(metrics, 'WindowAggregate'), (each) => each.numLateRecordsDropped)).toBe(late)
    const watermarks = subtasks(metrics, 'WatermarkAssigner').map(({ currentOutputWatermark }) => currentOutputWatermark)
    expect(Math.max(...watermarks.map((each) => each ?? 0))).toBe((rows - 2) * 1000)
  })
})

describe('time', () => {
  test('a slow sink is busy, and holds back all that is above it', async () => {
    const metrics = await lastMetrics('INSERT INTO slow SELECT k, n FROM t WHERE n >= 0;')
    const [source] = subtasks(metrics, 'Source: default_catalog.default_database.t')
    const [filter] = subtasks(metrics, 'Filter')
    const [sink] = subtasks(metrics, 'Sink: default_catalog.default_database.slow')
    expect(sink?.accumulatedBusyTimeMs).toBe(batches * 20)
    expect(sink?.accumulatedBackPressuredTimeMs).toBe(0)
    expect(source?.accumulatedBusyTimeMs).toBe(batches * 3)
    expect(source?.accumulatedBackPressuredTimeMs).toBe(batches * 20)
    expect(filter?.accumulatedBusyTimeMs).toBe(0)
    expect(filter?.accumulatedBackPressuredTimeMs).toBe(batches * 20)
    expect(filter?.accumulatedIdleTimeMs).toBe(batches * 3)
  })

  test('where a worker has no room, those that send to it are held back', async () => {
    const metrics = await lastMetrics('INSERT INTO slow SELECT k, n FROM t;', { workers: 3 })
    const sources = subtasks(metrics, 'Source: default_catalog.default_database.t')
    const exchanges = subtasks(metrics, 'Exchange: Sink: default_catalog.default_database.slow')
    expect(subtasks(metrics, 'Sink: default_catalog.default_database.slow').map(({ subtask }) => subtask)).toEqual([0])
    for (const worker of [1, 2]) {
      expect(sources[worker]?.accumulatedBackPressuredTimeMs).toBeGreaterThan(0)
      expect(exchanges[worker]?.accumulatedBackPressuredTimeMs).toBe(sources[worker]?.accumulatedBackPressuredTimeMs)
    }
  })

  test('calls outside that are waited for are busy, and hold back what is above them', async () => {
    const metrics = await lastMetrics('INSERT INTO fast SELECT k, later(n) FROM t WHERE n < 1000;')
    const [calls] = subtasks(metrics, 'Project')
    const [source] = subtasks(metrics, 'Source: default_catalog.default_database.t')
    const [sink] = subtasks(metrics, 'Sink: default_catalog.default_database.fast')
    expect([calls?.numRecordsIn, calls?.numRecordsOut, calls?.waitingRecords]).toEqual([rows, 1000, 0])
    expect(calls?.accumulatedBusyTimeMs).toBeGreaterThan(800)
    expect(source?.accumulatedBackPressuredTimeMs).toBe(calls?.accumulatedBusyTimeMs)
    expect(sink?.accumulatedBackPressuredTimeMs).toBe(0)
    expect(sink?.waitingRecords).toBeNull()
  })

  test('a sink that is slow holds back nothing that does not write to it', async () => {
    const metrics = await lastMetrics(
      'EXECUTE STATEMENT SET BEGIN INSERT INTO slow SELECT k, n FROM t WHERE n < 5000; INSERT INTO fast SELECT k, COUNT(*) FROM t GROUP BY k; END;',
    )
    const [aggregate] = subtasks(metrics, 'GroupAggregate')
    const [source] = subtasks(metrics, 'Source: default_catalog.default_database.t')
    expect(aggregate?.accumulatedBackPressuredTimeMs).toBe(0)
    expect(source?.accumulatedBackPressuredTimeMs).toBe((batches / 2) * 20)
  })

  test.each([1, 3])('the three times of a second are a second, with %i workers', async (workers) => {
    const { operators } = await lastMetrics('INSERT INTO slow SELECT k, COUNT(DISTINCT n) FROM t GROUP BY k;', { workers })
    expect(operators.length).toBeGreaterThanOrEqual(3)
    for (const each of operators) {
      const { busyTimeMsPerSecond, idleTimeMsPerSecond, backPressuredTimeMsPerSecond } = ratesBetween(undefined, each)
      expect(busyTimeMsPerSecond + idleTimeMsPerSecond + backPressuredTimeMsPerSecond).toBeCloseTo(1000, 6)
      for (const time of [busyTimeMsPerSecond, idleTimeMsPerSecond, backPressuredTimeMsPerSecond]) expect(time).toBeGreaterThanOrEqual(0)
    }
  })

  test('relations of one loop are measured together, and say so', async () => {
    const { operators } = await lastMetrics('INSERT INTO fast SELECT k + 1, n * 2 FROM (SELECT * FROM t WHERE n > 5) WHERE k > 3;')
    const stages = operators.filter(({ kind }) => kind === 'operator')
    expect(stages.map(({ nodes }) => nodes.length)).toEqual([2])
    const nodes = operators.flatMap((each) => each.nodes)
    expect(nodes.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4])
  })

  test('a run that goes on is measured again and again', async () => {
    const runs = await measuredRuns('INSERT INTO fast SELECT k, n FROM t;', {
      settings: { 'metrics.fetcher.update-interval': '1 ms' },
    })
    expect(runs.filter(({ isLast }) => isLast)).toHaveLength(1)
    expect(runs.at(-1)?.isLast).toBe(true)
  })
})
