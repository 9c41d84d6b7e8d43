/** What the server's own process takes: memory, time, and how late its turns come. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { MetricFamily } from './exposition.ts'

const resolutionMs = 20
const nanosecondsPerSecond = 1e9

export class ProcessMeter {
  readonly #delays = monitorEventLoopDelay({ resolution: resolutionMs })

  start(): void {
    this.#delays.enable()
  }

  stop(): void {
    this.#delays.disable()
  }

  /** Delays are those since it was asked last. */
  families(): MetricFamily[] {
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    const delayAt = (percentile: number): number =>
      Math.max(0, this.#delays.percentile(percentile) / nanosecondsPerSecond - resolutionMs / 1000)
    const [median, p99, most] = [50, 99, 100].map((each) => (this.#delays.count === 0 ? 0 : delayAt(each)))
    this.#delays.reset()
    const one = (name: string, help: string, value: number, type: MetricFamily['type'] = 'gauge'): MetricFamily => ({
      name: `millrace_server_${name}`,
      type,
      help,
      samples: [{ labels: {}, value }],
    })
    return [
      one('resident_memory_bytes', 'Memory of the server as the system counts it.', rss),
      one('heap_used_bytes', 'Heap that is in use.', heapUsed),
      one('heap_size_bytes', 'Heap that was taken from the system.', heapTotal),
      one('external_memory_bytes', 'Memory outside the heap that objects hold.', external),
      one('cpu_seconds_total', 'Time of processors that the server took.', (user + system) / 1e6, 'counter'),
      one('uptime_seconds', 'Seconds since the server began.', process.uptime()),
      one('event_loop_delay_median_seconds', 'How late turns of the event loop came since the last scrape: half of them.', median ?? 0),
      one(
        'event_loop_delay_p99_seconds',
        'How late turns of the event loop came since the last scrape: all but one of a hundred.',
        p99 ?? 0,
      ),
      one('event_loop_delay_max_seconds', 'How late turns of the event loop came since the last scrape: the latest.', most ?? 0),
    ]
  }
}
