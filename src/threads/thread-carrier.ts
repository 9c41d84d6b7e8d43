/**
 * Takes frames from thread to thread: the buffers of rows change hands without a copy. How much is on its way is counted in shared
 * memory, so that each sender sees it at once.
 */
import type { MessagePort } from 'node:worker_threads'
import { type Carrier, type Exchanges, type Frame, type WorkerPlace, weightOf } from '#dataflow'

/** Bytes of rows that may be on their way from one worker to another on one exchange; the last batch may exceed it. */
const waitingBytesMax = 1_048_576

/** What one thread sends to another: a frame of an exchange, or word that there is room again. */
type Sent = readonly [exchange: number, frame: Frame] | 'room'

/** The shared counts for so many workers and exchanges. */
export function createCounts(workers: number, exchanges: number): SharedArrayBuffer {
  return new SharedArrayBuffer(Math.max(1, workers * workers * exchanges) * 4)
}

export class ThreadCarrier implements Carrier {
  readonly #place: WorkerPlace
  readonly #ports: readonly (MessagePort | null)[]
  /** Bytes on their way, by exchange, sender and receiver. */
  readonly #counts: Int32Array

  /** `ports` lead to the other workers, by their index. */
  constructor(place: WorkerPlace, ports: readonly (MessagePort | null)[], counts: SharedArrayBuffer) {
    this.#place = place
    this.#ports = ports
    this.#counts = new Int32Array(counts)
  }

  /** Takes in what the others send from now on, and calls back. */
  listen(exchanges: Exchanges, wake: () => void): void {
    for (const [from, port] of this.#ports.entries()) {
      port?.on('message', (sent: Sent) => {
        if (sent !== 'room') exchanges.receive(from, sent[0], sent[1])
        wake()
      })
    }
  }

  send(to: number, exchange: number, frame: Frame): void {
    const sent: Sent = [exchange, frame]
    if (frame.kind !== 'rows') {
      this.#ports[to]?.postMessage(sent)
      return
    }
    Atomics.add(this.#counts, this.#countOf(exchange, this.#place.index, to), weightOf(frame.rows))
    this.#ports[to]?.postMessage(sent, [frame.rows.buffer])
  }

  isFull(to: number, exchange: number): boolean {
    return this.waiting(to, exchange) >= waitingBytesMax
  }

  waiting(to: number, exchange: number): number {
    return Atomics.load(this.#counts, this.#countOf(exchange, this.#place.index, to))
  }

  release(from: number, exchange: number, weight: number): void {
    const before = Atomics.sub(this.#counts, this.#countOf(exchange, from, this.#place.index), weight)
    if (before >= waitingBytesMax && before - weight < waitingBytesMax) this.#ports[from]?.postMessage('room' satisfies Sent)
  }

  close(): void {
    for (const port of this.#ports) port?.close()
  }

  #countOf(exchange: number, from: number, to: number): number {
    const { count } = this.#place
    return (exchange * count + from) * count + to
  }
}
