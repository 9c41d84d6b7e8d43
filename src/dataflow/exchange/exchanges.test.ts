import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Batch, integerType, numbersIn, type Vector, vectorOf, watermarkEnd } from '#data'
import type { Operator, Output } from '../operator.ts'
import type { Carrier, Frame } from './carrier.ts'
import { Exchanges } from './exchanges.ts'
import { packBatch } from './packed-batch.ts'

/** Numbers that all workers exchange twice: by their last two digits, then by their last one. */
class Workers {
  readonly exchanges: Exchanges[] = []
  readonly sources: Output[] = []
  /** By worker: what arrived behind the second exchange, in order. */
  readonly arrived: number[][] = []
  readonly watermarks: number[] = []
  readonly ended: boolean[] = []
  readonly #ways = new Map<string, { readonly to: number; readonly from: number; readonly exchange: number; readonly frame: Frame }[]>()
  readonly #waiting = new Map<string, number>()

  constructor(count: number, waitingMax: number) {
    for (let index = 0; index < count; index++) {
      const exchanges = new Exchanges({ index, count }, this.#carrier(index, waitingMax))
      const arrived: number[] = []
      this.arrived.push(arrived)
      this.watermarks.push(Number.NEGATIVE_INFINITY)
      this.ended.push(false)
      const end: Output = {
        push: (batch) => void arrived.push(...numbersOf(batch)),
        advance: (watermark) => {
          this.watermarks[index] = watermark
        },
        finish: () => {
          this.ended[index] = true
        },
      }
      const shape = { priority: 0, types: [integerType], keys: [1] }
      const second = exchanges.add({ ...shape, level: 2 }, operatorOf(end))
      const between: Output = {
        push: (batch) => second.push(withKeys(numbersOf(batch), 10)),
        advance: (watermark) => second.advance(watermark),
        finish: () => second.finish(),
      }
      this.sources.push(exchanges.add({ ...shape, level: 1 }, operatorOf(between)))
      this.exchanges.push(exchanges)
    }
  }

  #carrier(from: number, waitingMax: number): Carrier {
    const key = (exchange: number, sender: number, receiver: number): string => `${exchange}:${sender}>${receiver}`
    return {
      send: (to, exchange, frame) => {
        const way = `${from}>${to}`
        this.#ways.set(way, [...(this.#ways.get(way) ?? []), { to, from, exchange, frame }])
        if (frame.kind === 'rows') this.#count(key(exchange, from, to), 1)
      },
      isFull: (to, exchange) => (this.#waiting.get(key(exchange, from, to)) ?? 0) >= waitingMax,
      waiting: (to, exchange) => this.#waiting.get(key(exchange, from, to)) ?? 0,
      release: (sender, exchange) => this.#count(key(exchange, sender, from), -1),
    }
  }

  #count(key: string, change: number): void {
    this.#waiting.set(key, (this.#waiting.get(key) ?? 0) + change)
  }

  /** Lets one frame arrive, or one be delivered. Returns whether anything could happen. */
  step(choice: number): boolean {
    const ways = [...this.#ways.values()].filter((frames) => frames.length > 0)
    const steps = ways.length + this.exchanges.length
    for (let turn = 0; turn < steps; turn++) {
      const at = (choice + turn) % steps
      const frames = ways[at]
      if (frames === undefined) {
        if (this.exchanges[at - ways.length]?.deliver() === true) return true
        continue
      }
      const sent = frames.shift()
      if (sent !== undefined) this.exchanges[sent.to]?.receive(sent.from, sent.exchange, sent.frame)
      return true
    }
    return false
  }
}

function operatorOf(output: Output): Operator {
  return {
    push: (_input, batch) => output.push(batch),
    advance: (_input, watermarkMs) => output.advance(watermarkMs),
    finish: () => output.finish(),
  }
}

function numbersOf({ columns, length }: Batch): number[] {
  return [...numbersIn(columns[0] as Vector).subarray(0, length)]
}

function withKeys(numbers: readonly number[], modulus: number): Batch {
  const keys = numbers.map((each) => each % modulus)
  return { length: numbers.length, columns: [vectorOf(integerType, numbers), vectorOf(integerType, keys)], kinds: null, watermarks: null }
}

const choices = fc.infiniteStream(fc.nat(1000))
const counts = fc.integer({ min: 1, max: 4 })

/** Each worker sends its own ascending numbers, as many as it may. */
function sendAll(workers: Workers, perWorker: number, next: () => number, afterEach: (sent: number) => void = () => undefined): void {
  const sent = workers.sources.map(() => 0)
  while (sent.some((each) => each < perWorker)) {
    const worker = next() % workers.sources.length
    if ((sent[worker] as number) < perWorker && workers.exchanges[worker]?.isFull === false) {
      const from = sent[worker] as number
      const to = Math.min(perWorker, from + 1 + (next() % 5))
      const numbers = Array.from({ length: to - from }, (_, i) => worker * 10_000 + from + i)
      workers.sources[worker]?.push(withKeys(numbers, 100))
      sent[worker] = to
      afterEach(sent.reduce((a, b) => a + b, 0))
    } else workers.step(next())
  }
}

function settle(workers: Workers, next: () => number): void {
  while (workers.step(next()));
}

describe('exchanges', () => {
  test('bring each row to the worker of its key, those of one sender and key in order', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 3 }), choices, (count, waitingMax, stream) => {
        const next = (): number => stream.next().value as number
        const workers = new Workers(count, waitingMax)
        sendAll(workers, 40, next)
        for (const source of workers.sources) source.finish()
        settle(workers, next)
        expect(workers.ended).toEqual(workers.sources.map(() => true))
        const all = workers.arrived.flat()
        expect(all.toSorted((a, b) => a - b)).toEqual(
          workers.sources.flatMap((_, w) => Array.from({ length: 40 }, (__, i) => w * 10_000 + i)),
        )
        const ownerOf = new Map<number, number>()
        for (const [worker, numbers] of workers.arrived.entries()) {
          const last = new Map<string, number>()
          for (const each of numbers) {
            expect(ownerOf.get(each % 10) ?? worker).toBe(worker)
            ownerOf.set(each % 10, worker)
            // What has the same last two digits takes the same way.
            const way = `${Math.floor(each / 10_000)}:${each % 100}`
            expect(each).toBeGreaterThan(last.get(way) ?? -1)
            last.set(way, each)
          }
        }
      }),
    )
  })

  test('of higher priority end before rows of lower ones are delivered, and do not hold one another back', () => {
    const all: Exchanges[] = []
    const seen: string[] = []
    const outputs = [0, 1].map((index) => {
      const send: Carrier['send'] = (to, exchange, frame) => all[to]?.receive(index, exchange, frame)
      const exchanges = new Exchanges({ index, count: 2 }, { send, isFull: () => false, waiting: () => 0, release: () => undefined })
      all.push(exchanges)
      const add = (name: string, priority: number): Output => {
        const named: Output = {
          push: () => void seen.push(`${name}${index}`),
          advance: () => undefined,
          finish: () => void seen.push(`${name}${index} ends`),
        }
        return exchanges.add({ level: 1, types: [integerType], keys: [1], priority }, operatorOf(named))
      }
      return { probe: add('probe', 0), first: add('first', 1), second: add('second', 1) }
    })
    const numbers = Array.from({ length: 40 }, (_, i) => i)
    const deliverAll = (): void => {
      for (const exchanges of all) while (exchanges.deliver());
    }
    outputs[0]?.second.push(withKeys(numbers, 20))
    outputs[0]?.second.finish()
    deliverAll()
    // The first one has neither rows nor an end yet.
    expect(seen).toEqual(['second0', 'second1'])
    for (const { first } of outputs) first.finish()
    outputs[1]?.second.finish()
    outputs[0]?.probe.push(withKeys(numbers, 20))
    deliverAll()
    expect(seen.indexOf('probe1')).toBeGreaterThan(seen.indexOf('second1 ends'))
  })

  test('a cut is complete though what comes first stands above what waits for its end', () => {
    const all: Exchanges[] = []
    const nothing = operatorOf({ push: () => undefined, advance: () => undefined, finish: () => undefined })
    for (const index of [0, 1]) {
      const send: Carrier['send'] = (to, exchange, frame) => all[to]?.receive(index, exchange, frame)
      const exchanges = new Exchanges({ index, count: 2 }, { send, isFull: () => false, waiting: () => 0, release: () => undefined })
      exchanges.add({ level: 2, priority: 1, types: [integerType], keys: [1] }, nothing)
      exchanges.add({ level: 1, priority: 0, types: [integerType], keys: [1] }, nothing)
      all.push(exchanges)
    }
    for (const exchanges of all) exchanges.beginCut()
    const steps = [0, 1, 2].map(() => {
      const complete = all.map((exchanges) => exchanges.stepCut())
      for (const exchanges of all) while (exchanges.deliver());
      return complete.every((each) => each)
    })
    expect(steps).toEqual([false, false, true])
  })

  test('pass on the least watermark of all workers', () => {
    const workers = new Workers(3, 2)
    for (const [worker, source] of workers.sources.entries()) source.advance(100 + worker)
    settle(workers, () => 0)
    expect(workers.watermarks).toEqual([100, 100, 100])
    workers.sources[0]?.advance(watermarkEnd)
    workers.sources[0]?.finish()
    settle(workers, () => 0)
    expect(workers.watermarks).toEqual([101, 101, 101])
  })

  test('a cut is complete though nothing may be delivered yet of what waits for an end', () => {
    const sent: (() => void)[] = []
    const all: Exchanges[] = []
    for (const index of [0, 1]) {
      const send: Carrier['send'] = (to, exchange, frame) => void sent.push(() => all[to]?.receive(index, exchange, frame))
      const exchanges = new Exchanges({ index, count: 2 }, { send, isFull: () => false, waiting: () => 0, release: () => undefined })
      const nothing = operatorOf({ push: () => undefined, advance: () => undefined, finish: () => undefined })
      for (const priority of [0, 1]) exchanges.add({ level: 1, priority, types: [integerType], keys: [1] }, nothing)
      all.push(exchanges)
    }
    for (const exchanges of all) exchanges.beginCut()
    const step = (): boolean[] => {
      const complete = all.map((exchanges) => exchanges.stepCut())
      for (const arrive of sent.splice(0)) arrive()
      for (const exchanges of all) while (exchanges.deliver());
      return complete
    }
    expect([step(), step()]).toEqual([
      [false, false],
      [true, true],
    ])
  })

  test('a cut has everything sent before it behind it, and nothing sent later', () => {
    fc.assert(
      fc.property(counts, choices, fc.boolean(), (count, stream, firstEnds) => {
        const next = (): number => stream.next().value as number
        const workers = new Workers(count, 2)
        sendAll(workers, 20, next)
        if (firstEnds) workers.sources[0]?.finish()
        for (const exchanges of workers.exchanges) exchanges.beginCut()
        const open = new Set(workers.exchanges.keys())
        while (open.size > 0) {
          for (const worker of open) {
            if (workers.exchanges[worker]?.stepCut() !== true) continue
            open.delete(worker)
            workers.exchanges[worker]?.endCut()
            // A worker that is through goes on while others are not.
            if (!(firstEnds && worker === 0)) workers.sources[worker]?.push(withKeys([90_000 + worker], 100))
            const through = workers.arrived[worker] ?? []
            expect(through.filter((each) => each >= 90_000 && each !== 90_000 + worker)).toEqual([])
          }
          const isStuck = open.size > 0 && !workers.step(next())
          expect(isStuck).toBe(false)
        }
        settle(workers, next)
        const all = workers.arrived.flat()
        expect(all.filter((each) => each < 90_000).length).toBe(count * 20)
      }),
    )
  })
})

test('what senders kept back is sent before a cut, and by those further down first', () => {
  const all: Exchanges[] = []
  const cut: number[] = []
  for (const index of [0, 1]) {
    const send: Carrier['send'] = (to, exchange, frame) => all[to]?.receive(index, exchange, frame)
    const exchanges = new Exchanges({ index, count: 2 }, { send, isFull: () => false, waiting: () => 0, release: () => undefined })
    const shape = { priority: 0, types: [integerType], keys: [1] }
    const end: Output = { push: (batch) => void cut.push(...numbersOf(batch)), advance: () => undefined, finish: () => undefined }
    const held = (): { readonly push: Output['push']; readonly take: () => readonly number[] } => {
      const numbers: number[] = []
      return { push: (batch) => void numbers.push(...numbersOf(batch)), take: () => numbers.splice(0) }
    }
    const [above, below] = [held(), held()]
    // The one further up is there first, as in a plan that is lowered from its end.
    const second = exchanges.add({ ...shape, level: 2 }, operatorOf(end))
    second.sendsHeld(() => second.push(withKeys(above.take(), 10)))
    const first = exchanges.add({ ...shape, level: 1 }, operatorOf({ ...end, push: above.push }))
    first.sendsHeld(() => first.push(withKeys(below.take(), 10)))
    below.push(
      withKeys(
        Array.from({ length: 20 }, (_, number) => index * 100 + number),
        10,
      ),
    )
    all.push(exchanges)
  }
  for (const exchanges of all) exchanges.beginCut()
  const open = new Set(all)
  while (open.size > 0) for (const exchanges of open) if (!exchanges.deliver() && exchanges.stepCut()) open.delete(exchanges)
  expect(cut.toSorted((a, b) => a - b)).toEqual([0, 100].flatMap((base) => Array.from({ length: 20 }, (_, number) => base + number)))
})

describe('inputs that are read first', () => {
  /** A worker that gets what another sends on exchanges of these priorities, the first one highest up. */
  function receiver(...priorities: readonly number[]) {
    const carrier: Carrier = { send: () => undefined, isFull: () => false, waiting: () => 0, release: () => undefined }
    const exchanges = new Exchanges({ index: 1, count: 2 }, carrier)
    const arrived: string[] = []
    for (const [exchange, priority] of priorities.entries()) {
      const operator: Operator = {
        push: () => void arrived.push(`rows on ${exchange}`),
        advance: () => undefined,
        finish: () => void arrived.push(`end of ${exchange}`),
      }
      exchanges.add({ level: priorities.length - exchange, priority, types: [integerType], keys: [1] }, operator).finish()
    }
    const rows: Frame = { kind: 'rows', input: 0, rows: packBatch(withKeys([1], 10), null, 1) }
    const deliverAll = (): string[] => {
      while (exchanges.deliver());
      return arrived.splice(0)
    }
    return {
      send: (exchange: number) => exchanges.receive(0, exchange, rows),
      end: (exchange: number) => exchanges.receive(0, exchange, { kind: 'finish' }),
      deliverAll,
    }
  }

  test('arrive before all others, however far down those are', () => {
    const { send, end, deliverAll } = receiver(1, 0)
    send(1)
    expect(deliverAll()).toEqual([])
    send(0)
    end(0)
    expect(deliverAll()).toEqual(['rows on 0', 'end of 0', 'rows on 1'])
  })

  test('do not wait for one another: who sends may read them in any order', () => {
    const { send, end, deliverAll } = receiver(1, 1, 0)
    send(2)
    send(1)
    end(1)
    expect(deliverAll()).toEqual(['rows on 1', 'end of 1'])
    end(0)
    expect(deliverAll()).toEqual(['end of 0', 'rows on 2'])
  })
})
