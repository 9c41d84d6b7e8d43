/** Tells those who want to hear of it that nobody watched, or that nobody does now. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '#base'
import { entryOf, type RecordMap, type Stored } from '#store'
import { type AlertEvent, alertLog } from './alert.ts'
import type { AlertChannel } from './alert-channel.ts'
import type { AlertRule } from './alert-rule.ts'
import type { Deliveries } from './deliveries.ts'
import type { Heartbeat, Silence } from './heartbeat.ts'
import type { Notice, NoticeKind } from './notice.ts'
import { printDuration, printInstant } from './print-number.ts'

interface WatcherNoticesOptions {
  readonly clock: Clock
  readonly heartbeat: Heartbeat
  readonly channels: RecordMap<AlertChannel>
  readonly rules: RecordMap<AlertRule>
  readonly notices: RecordMap<Notice>
  readonly deliveries: Deliveries
  readonly failed: (error: unknown) => void
}

export class WatcherNotices {
  readonly #options: WatcherNoticesOptions
  #isTold = false

  constructor(options: WatcherNoticesOptions) {
    this.#options = options
  }

  /** Nobody watched for a while: written to the history of each workspace that has rules, and told. */
  async tellSilence({ from, to }: Silence): Promise<void> {
    const { notices, rules } = this.#options
    const text = `the watcher was silent from ${printInstant(from)} to ${printInstant(to)}, for ${printDuration(to - from)}`
    const changes = this.#listeners().map((channel) =>
      notices.change({ workspace: channel.workspace, id: randomUUID() }, this.#notice('watcher-silent', channel, text)),
    )
    const event: AlertEvent = {
      kind: 'watcher-silent',
      rule: '',
      ruleName: '',
      severity: 'critical',
      episode: randomUUID(),
      job: '',
      jobName: '',
      at: to,
      since: from,
      text,
      value: to - from,
    }
    const workspaces = new Set([...rules.all()].map(({ workspace }) => workspace))
    await notices.commit(
      changes,
      'monitor',
      [...workspaces].map((workspace) => entryOf(alertLog, workspace, '', event)),
    )
  }

  /** Whether rules are judged still. What cannot be written, since the store may be what is waited for, is sent at once and once. */
  async watch(): Promise<void> {
    const { heartbeat, deliveries, failed } = this.#options
    if (!heartbeat.isLate) {
      this.#isTold = false
      return
    }
    if (this.#isTold) return
    this.#isTold = true
    const text = `no rule was judged for ${printDuration(heartbeat.quietMs)}`
    const tell = async (channel: Stored<AlertChannel>): Promise<void> =>
      deliveries.send(channel, this.#notice('watcher-stalled', channel, text)).catch(failed)
    await Promise.all(this.#listeners().map(tell))
  }

  #listeners(): Stored<AlertChannel>[] {
    return [...this.#options.channels.all()].filter(({ value }) => value.isActive && value.hearsWatcher)
  }

  #notice(kind: NoticeKind, { workspace, id }: Stored<AlertChannel>, text: string): Notice {
    return { channel: id, kind, at: this.#options.clock.nowMs(), workspace, rule: null, text, alerts: [], more: 0 }
  }
}
