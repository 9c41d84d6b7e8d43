/** What of durable work can go on elsewhere, and how. */
import { describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine, type KeptWork, type SourceStand, type Successor, type WorkStand } from '#engines'
import { HandOver, successionOf } from './hand-over.ts'
import { QuerySession } from './session.ts'

const orders: SourceStand = { table: ['c', 'd', 'orders'], beginsAlike: true, options: { 'scan.startup.mode': "it's" } }
const files: SourceStand = { table: ['c', 'd', 'files'], beginsAlike: true, options: null }
const latest: SourceStand = { ...files, table: ['c', 'd', 'latest'], beginsAlike: false }
const upserts = { table: 'totals', isRepeatable: true }
const appends = { table: 'log', isRepeatable: false }

function stand(given: Partial<WorkStand>): WorkStand {
  return { isFinished: false, operators: [], sources: [orders], sinks: [appends], ...given }
}

const on = "ALTER TABLE `c`.`d`.`orders` SET ('scan.startup.mode' = 'it''s')"

describe('work goes on elsewhere', () => {
  test('where it stood, when nothing is kept', () => {
    expect(successionOf(stand({}))).toEqual({ notes: ['"orders" goes on where it stood'], statements: [on] })
  })

  test('from its beginning, when something is kept and rows replace themselves', () => {
    expect(successionOf(stand({ operators: ['sums'], sinks: [upserts] }))).toEqual({
      notes: ['"orders" is read again from where it was begun', '"totals" gets rows again, which replace themselves'],
      statements: [],
    })
  })

  test('each table as far as it can', () => {
    expect(successionOf(stand({ sources: [orders, files], sinks: [upserts] }))).toEqual({
      notes: [
        '"orders" goes on where it stood',
        '"files" is read again from where it was begun',
        '"totals" gets rows again, which replace themselves',
      ],
      statements: [on],
    })
  })

  test('once for a table that is read twice alike, and from its beginning for one whose readers stand apart', () => {
    expect(successionOf(stand({ sources: [orders, orders] })).statements).toEqual([on])
    const apart = { ...orders, options: { 'scan.startup.mode': 'other' } }
    expect(successionOf(stand({ sources: [orders, apart], sinks: [upserts] })).statements).toEqual([])
    expect(() => successionOf(stand({ sources: [orders, apart] }))).toThrow('"log" would get rows twice')
  })

  test.each([
    ['what appends would get rows twice', { operators: ['sums'] }, 'QUERY_WORK_APPENDS'],
    ['what appends beside what replaces', { operators: ['sums'], sinks: [upserts, appends] }, 'QUERY_WORK_APPENDS'],
    ['its files begin anew', { sources: [files] }, 'QUERY_WORK_APPENDS'],
    ['nobody knows where it began', { sources: [latest], sinks: [upserts] }, 'QUERY_WORK_START_LOST'],
    ['it has ended', { isFinished: true }, 'QUERY_WORK_FINISHED'],
  ])('not where %s', (_why, given, code) => {
    expect(() => successionOf(stand(given))).toThrow(expect.objectContaining({ code }))
  })
})

class PretendedWork implements KeptWork {
  mark: Successor | null = null
  settled = 0
  stand = stand({})

  operators(): readonly [] {
    return []
  }

  successor(): Promise<Successor | null> {
    return Promise.resolve(this.mark)
  }

  fit(): Promise<null> {
    return Promise.resolve(null)
  }

  settle(): Promise<WorkStand> {
    this.settled += 1
    return Promise.resolve(this.stand)
  }

  moveTo(successor: Successor | null): Promise<void> {
    this.mark = successor
    return Promise.resolve()
  }
}

describe('a move', () => {
  test('may be asked for again until the job is known to have begun', async () => {
    const work = new PretendedWork()
    const first = await new HandOver(work).begin('job "a"')
    expect(work.mark).toEqual({ name: 'job "a"', hasBegun: false })
    expect(await new HandOver(work).begin('job "a"')).toEqual(first)
    await expect(new HandOver(work).begin('job "b"')).rejects.toMatchObject({ code: 'QUERY_WORK_MOVED' })
    await new HandOver(work).complete('job "a"')
    await expect(new HandOver(work).begin('job "a"')).rejects.toMatchObject({ code: 'QUERY_WORK_MOVED' })
  })

  test('that cannot be leaves the work where it is', async () => {
    const work = new PretendedWork()
    work.stand = stand({ operators: ['sums'] })
    await expect(new HandOver(work).begin('job "a"')).rejects.toMatchObject({ code: 'QUERY_WORK_APPENDS' })
    expect(work.mark).toBeNull()
  })

  test('that is taken back leaves no mark', async () => {
    const work = new PretendedWork()
    const handOver = new HandOver(work)
    await handOver.begin('job "a"')
    await handOver.takeBack()
    expect(work.mark).toBeNull()
  })
})

describe('the work of a script', () => {
  const tables = "CREATE TABLE a (n INT) WITH ('connector' = 'blackhole');"
  const insert = 'INSERT INTO a VALUES (1);'

  function open(): QuerySession {
    return new QuerySession({
      createCatalog: () => new MemoryCatalog(),
      engine: new EmbeddedEngine({ clock: systemClock, userFunction: () => () => null }),
      settings: { 'execution.checkpointing.dir': '/no/where' },
      clock: systemClock,
      loadFunction: (definition) => Promise.reject(new TypeError(`no function ${definition.name}`)),
    })
  }

  test.each([
    ['two that write', `${tables}${insert}${insert}`],
    ['a table that is filled as it is created', `${tables}CREATE TABLE b WITH ('connector' = 'blackhole') AS SELECT 1 AS n;${insert}`],
    ['none that writes', `${tables}SELECT 1;`],
    ['one that writes before others', `${tables}${insert}SET 'pipeline.name' = 'x';`],
    ['nothing', ''],
  ])('is that of one statement, and not of %s', async (_what, text) => {
    await expect(open().handOver(text)).rejects.toMatchObject({ code: 'QUERY_JOB_SCRIPT' })
  })

  test('is where its checkpoints are, or nowhere', async () => {
    await expect((await open().handOver(`${tables}${insert}`)).begin('job "a"')).rejects.toMatchObject({
      code: 'ENGINE_CHECKPOINTS_NOT_FOUND',
    })
  })
})
