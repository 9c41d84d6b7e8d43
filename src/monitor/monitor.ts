/**
 * The watcher of all jobs: takes samples and keeps them, judges rules, tells people, and knows when it did not. Each step can be made on its
 * own; `start` makes them again and again.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '#base'
import type { RunMetrics } from '#metrics'
import type { Outbound } from '#outbound'
import { type LogEntry, RecordMap, type Store } from '#store'
import { type AlertEvent, alertLog } from './alert.ts'
import { type AlertChannel, channelKind, checkTarget } from './alert-channel.ts'
import { type AlertRule, type AlertSilence, ruleKind, silenceKind } from './alert-rule.ts'
import { Alerts, type AlertView, type RuleTrial } from './alerts.ts'
import { checkRule, checkSilence } from './check-rule.ts'
import { Definitions } from './definitions.ts'
import { type ChannelHealth, Deliveries, type Delivery, deliveryLog } from './deliveries.ts'
import { EvidenceSource } from './evidence.ts'
import { expositionOf, type MetricFamily } from './exposition.ts'
import { Heartbeat } from './heartbeat.ts'
import { jobFamilies } from './job-families.ts'
import { monitorFamilies } from './monitor-families.ts'
import { type Notice, noticeKind } from './notice.ts'
import { partitionFamilies } from './partition-families.ts'
import type { PartitionSnapshot } from './partition-snapshot.ts'
import { ProcessMeter } from './process-meter.ts'
import { type Repeating, repeat } from './repeat.ts'
import type { JobKey } from './sample-database.ts'
import { SampleStore } from './sample-store.ts'
import { type LatestSample, Sampler } from './sampler.ts'
import type { SeriesAnswer, SeriesQuery } from './series-query.ts'
import { type RunSql, SqlRules } from './sql-rules.ts'
import { startingRules } from './starting-rules.ts'
import { fineTier } from './tiers.ts'
import type { WatchedJob } from './watched-job.ts'
import { WatcherNotices } from './watcher-notices.ts'

export interface MonitorOptions {
  readonly store: Store
  /** Of its own: samples, and the heartbeat. */
  readonly folder: string
  readonly clock: Clock
  /** Of the server, as it is told to Prometheus. */
  readonly version: string
  /** All jobs, as they are known now. */
  readonly jobs: () => readonly WatchedJob[]
  readonly measure: (key: JobKey) => Promise<RunMetrics | null>
  readonly outbound: Outbound
  /** Of a workspace; null where there is none. */
  readonly findSecret: (workspace: string, name: string) => string | null
  /** Null: rules cannot be written as SQL. */
  readonly runSql: RunSql | null
  /** Where people see a job; null where the server does not know its own address. */
  readonly linkTo: (workspace: string, job: string) => string | null
  /** Told what went wrong inside; it goes on. */
  readonly failed: (error: unknown) => void
  /** Bytes of samples on the disk. */
  readonly bytesMax?: number
  /** Certificates of mail servers to trust besides those that everybody does, as PEM. */
  readonly certificates?: string
  /** What else the server has to tell of itself, such as how late its control loop is. */
  readonly moreFamilies?: () => readonly MetricFamily[]
  /** From 0 to 1. */
  readonly random?: () => number
}

export interface MonitorHealth {
  /** Whether rules are judged as often as they should be. */
  readonly isWatching: boolean
  /** Null before the first time ever. */
  readonly lastJudgedAt: number | null
  /** Samples that could not be taken since the server began. */
  readonly sampleFailures: number
  readonly storedBytes: number
}

const bytesMaxDefault = 2_000_000_000
const judgeEveryMs = 10_000
/** Each rule once a minute; one that is new does not wait for that. */
const sqlEveryMs = 5000
const deliverEveryMs = 1000
const watchEveryMs = 15_000
const historyMs = 90 * 86_400_000
const tidyEveryMs = 3_600_000
const farewellMsMax = 5000

interface Parts {
  readonly samples: SampleStore
  readonly sampler: Sampler
  readonly rules: Definitions<AlertRule>
  readonly silences: Definitions<AlertSilence>
  readonly channels: Definitions<AlertChannel>
  readonly alerts: Alerts
  readonly sqlRules: SqlRules
  readonly deliveries: Deliveries
  readonly heartbeat: Heartbeat
  readonly watcherNotices: WatcherNotices
}

export class Monitor {
  readonly rules: Definitions<AlertRule>
  readonly silences: Definitions<AlertSilence>
  readonly channels: Definitions<AlertChannel>
  readonly #options: MonitorOptions
  readonly #parts: Parts
  readonly #process = new ProcessMeter()
  readonly #beatenAt = new Map<string, number>()
  #repeating: Repeating[] = []
  #delivering: Promise<void> = Promise.resolve()

  private constructor(options: MonitorOptions, parts: Parts) {
    this.#options = options
    this.#parts = parts
    this.rules = parts.rules
    this.silences = parts.silences
    this.channels = parts.channels
  }

  static async open(options: MonitorOptions): Promise<Monitor> {
    const { store, folder, clock, bytesMax = bytesMaxDefault } = options
    const samples = SampleStore.open({ folder, clock, bytesMax })
    try {
      return new Monitor(options, await loadParts(options, samples, await RecordMap.load(noticeKind, store, clock)))
    } catch (error) {
      samples.close()
      throw error
    }
  }

  start(): void {
    const { clock, failed } = this.#options
    const steps: readonly (readonly [everyMs: number, run: () => Promise<void>])[] = [
      [fineTier.stepMs, () => this.sample()],
      [judgeEveryMs, () => this.judge()],
      [sqlEveryMs, () => this.askSqlRules()],
      [deliverEveryMs, () => this.#deliverBeside()],
      [watchEveryMs, () => this.#parts.watcherNotices.watch()],
      [tidyEveryMs, () => this.dropOldHistory()],
    ]
    this.#process.start()
    this.#repeating = steps.map(([everyMs, run]) => repeat(everyMs, run, failed, () => clock.nowMs()))
  }

  /** What is being sent may take a moment to end; what was not sent is sent after the next start. */
  async stop(): Promise<void> {
    this.#process.stop()
    await Promise.all(this.#repeating.map((each) => each.stop()))
    this.#repeating = []
    await Promise.race([this.#delivering, pause(farewellMsMax, undefined, { ref: false })])
    this.#parts.sampler.keepPartitions()
    this.#parts.samples.close()
  }

  sample(): Promise<void> {
    return this.#parts.sampler.sample()
  }

  async judge(): Promise<void> {
    const { alerts, heartbeat, watcherNotices } = this.#parts
    await alerts.judge(this.#options.jobs())
    const silence = heartbeat.beat()
    if (silence !== null) await watcherNotices.tellSilence(silence)
  }

  askSqlRules(): Promise<void> {
    return this.#parts.sqlRules.ask([...this.rules.records.all()], this.#options.jobs())
  }

  /** Sends what waits and is due, and tells those who want to hear that the watcher watches. */
  async deliver(): Promise<void> {
    await Promise.all([this.#parts.deliveries.deliver(), this.#beat()])
  }

  async dropOldHistory(): Promise<void> {
    const before = this.#options.clock.nowMs() - historyMs
    for (const log of [alertLog, deliveryLog]) await this.#options.store.dropEntries(log, before)
  }

  series(key: JobKey, query: SeriesQuery): Promise<SeriesAnswer> {
    return this.#parts.samples.series(key, query)
  }

  /** The newest sample of a job that runs; null where there is none. */
  latest(key: JobKey): LatestSample | null {
    return this.#parts.sampler.latest(key)
  }

  /** What the partitions of a job stand at, or stood at when it ran last; null where nothing is known. */
  partitions(key: JobKey): PartitionSnapshot | null {
    return this.#parts.sampler.partitions(key)
  }

  /** Alerts that wait, fire, or of which nobody knows. */
  alerts(workspace: string): AlertView[] {
    return this.#parts.alerts.current(workspace)
  }

  /** What a rule would see now, of each job that it is about. Fails with MONITOR_RULE. */
  tryRule(workspace: string, rule: AlertRule): Promise<RuleTrial> {
    checkRule(rule)
    const jobs = this.#options.jobs().filter((job) => job.workspace === workspace)
    return this.#parts.alerts.tryRule(workspace, rule, jobs)
  }

  /** Newest first. */
  alertHistory(workspace: string, page: { job?: string; before?: number; limit: number }): Promise<readonly LogEntry<AlertEvent>[]> {
    return this.#parts.alerts.history(workspace, page)
  }

  channelHealth(workspace: string, id: string): ChannelHealth {
    return this.#parts.deliveries.health(workspace, this.channels.find(workspace, id).id)
  }

  /** Newest first. */
  deliveries(workspace: string, channel: string, page: { before?: number; limit: number }): Promise<readonly LogEntry<Delivery>[]> {
    return this.#parts.deliveries.log(workspace, channel, page)
  }

  /** Sends a test by a channel; fails with what went wrong. */
  async testChannel(workspace: string, id: string, by: string): Promise<void> {
    const channel = this.channels.find(workspace, id)
    const text = `a test of the channel "${channel.value.name}", asked for by ${by}`
    const notice: Notice = { channel: id, kind: 'test', at: this.#options.clock.nowMs(), workspace, rule: null, text, alerts: [], more: 0 }
    await this.#parts.deliveries.send(channel, notice)
  }

  /** Gives a workspace without rules those that it may begin with. */
  async addStartingRules(workspace: string, by: string): Promise<void> {
    if (this.rules.list(workspace).length > 0) return
    for (const rule of startingRules) await this.rules.create(workspace, rule, by)
  }

  health(): MonitorHealth {
    const { heartbeat, sampler, samples } = this.#parts
    return {
      isWatching: !heartbeat.isLate,
      lastJudgedAt: heartbeat.lastAt,
      sampleFailures: sampler.failures,
      storedBytes: samples.usedBytes(),
    }
  }

  /** Of all workspaces: who may read it is for the caller to know. */
  prometheusText(): string {
    const { jobs, clock, version, moreFamilies } = this.#options
    const all = jobs()
    const workspaces = new Set([...all, ...this.rules.records.all(), ...this.channels.records.all()].map(({ workspace }) => workspace))
    const observed = all.map((job) => ({ job, latest: this.latest(job) }))
    return expositionOf([
      ...jobFamilies(observed, clock.nowMs()),
      ...partitionFamilies(observed),
      ...monitorFamilies({ monitor: this, version, workspaces: [...workspaces] }),
      ...this.#process.families(),
      ...(moreFamilies?.() ?? []),
    ])
  }

  async #deliverBeside(): Promise<void> {
    const before = this.#delivering
    const now = this.deliver().catch(this.#options.failed)
    this.#delivering = Promise.all([before, now]).then(() => undefined)
    await Promise.race([now, pause(deliverEveryMs, undefined, { ref: false })])
  }

  async #beat(): Promise<void> {
    const now = this.#options.clock.nowMs()
    if (this.#parts.heartbeat.isLate) return
    const due = [...this.channels.records.all()].filter(({ id, value: { isActive, target } }) => {
      const everyMs = target.kind === 'webhook' ? target.heartbeatMs : null
      return isActive && everyMs !== null && Math.abs(now - (this.#beatenAt.get(id) ?? 0)) >= everyMs
    })
    for (const { id } of due) this.#beatenAt.set(id, now)
    await Promise.all(due.map((channel) => this.#parts.deliveries.beat(channel)))
  }
}

async function loadParts(options: MonitorOptions, samples: SampleStore, notices: RecordMap<Notice>): Promise<Parts> {
  const { store, clock, folder, measure, jobs, linkTo, failed, runSql, outbound, findSecret, certificates, random = Math.random } = options
  const rules = await Definitions.load(store, clock, { kind: ruleKind, noun: 'rule', most: 200, check: checkRule })
  const silences = await Definitions.load(store, clock, { kind: silenceKind, noun: 'silence', most: 500, check: checkSilence })
  const check = ({ target }: AlertChannel): void => checkTarget(target)
  const channels = await Definitions.load(store, clock, { kind: channelKind, noun: 'channel', most: 100, check })
  const running = (): WatchedJob[] => jobs().filter(({ status }) => status.state === 'running')
  const sampler = new Sampler({ store: samples, clock, running, measure, failed })
  const sqlRules = new SqlRules({ store: samples, sampler, clock, runSql })
  const takesNotices = (workspace: string, id: string): boolean => channels.records.get(workspace, id)?.value.isActive === true
  const alerts = await Alerts.load({
    store,
    clock,
    rules: rules.records,
    silences: silences.records,
    notices,
    evidence: new EvidenceSource(samples, sampler, clock),
    sqlRules,
    takesNotices,
    linkTo,
    failed,
  })
  const deliveries = new Deliveries({
    store,
    clock,
    channels: channels.records,
    notices,
    outbound,
    findSecret,
    random,
    failed,
    ...(certificates === undefined ? {} : { certificates }),
  })
  const heartbeat = new Heartbeat(folder, clock)
  const watcherNotices = new WatcherNotices({
    clock,
    heartbeat,
    channels: channels.records,
    rules: rules.records,
    notices,
    deliveries,
    failed,
  })
  return { samples, sampler, rules, silences, channels, alerts, sqlRules, deliveries, heartbeat, watcherNotices }
}
