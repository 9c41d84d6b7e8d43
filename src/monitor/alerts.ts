/**
 * Judges all rules, again and again. Looking gathers evidence, judging is pure, and what follows is written all at once: what became of an
 * alert, the entry of its history, and the notices to be delivered. So whoever dies in between has told nobody, or will.
 */
import { randomUUID } from 'node:crypto'
import { type Clock, shortened } from '#base'
import { entryOf, type LogEntry, type NewEntry, RecordMap, type Store, type Stored } from '#store'
import { type Alert, type AlertEvent, alertIdOf, alertKind, alertLog } from './alert.ts'
import { type AlertRule, type AlertSilence, isInScope, isSilenced } from './alert-rule.ts'
import { type JobCondition, type Sighting, sightOf } from './conditions.ts'
import type { EvidenceSource } from './evidence.ts'
import { type AlertPhase, type Judgement, judge, type RuleTiming } from './judge.ts'
import { type Notice, type NoticeKind, type NoticeLine, noticeLines } from './notice.ts'
import type { SqlRules, SqlSighting } from './sql-rules.ts'
import type { WatchedJob } from './watched-job.ts'

export interface AlertsOptions {
  readonly store: Store
  readonly clock: Clock
  readonly rules: RecordMap<AlertRule>
  readonly silences: RecordMap<AlertSilence>
  readonly notices: RecordMap<Notice>
  readonly evidence: EvidenceSource
  readonly sqlRules: SqlRules
  /** Whether a channel of a workspace is there and takes notices. */
  readonly takesNotices: (workspace: string, channel: string) => boolean
  /** Where people see a job; null where the server does not know its own address. */
  readonly linkTo: (workspace: string, job: string) => string | null
  /** Told what went wrong; what was not written is judged again. */
  readonly failed: (error: unknown) => void
}

/** An alert as it is now; also one of which nobody knows whether it would fire. */
export interface AlertView {
  readonly id: string
  readonly rule: string
  readonly ruleName: string
  readonly severity: AlertRule['severity']
  readonly job: string
  readonly jobName: string
  readonly phase: Exclude<AlertPhase, 'ok'>
  readonly since: number
  readonly sighting: Sighting
  readonly isSilenced: boolean
  readonly notifiedAt: number | null
}

/** What a rule is about: a job or none, or what a row of its query names. */
interface Subject {
  readonly job: string
  readonly instance: string
  readonly jobName: string
  readonly tier: string
  readonly sighting: Sighting
}

interface Seen {
  readonly rule: Stored<AlertRule>
  readonly subject: Subject
  readonly judgement: Judgement
}

/** What a rule sees of each job that it is about. */
export type RuleTrial = readonly Pick<Subject, 'job' | 'jobName' | 'sighting'>[]

/** What is needed of a rule to say what became of its alerts. */
interface Named {
  readonly workspace: string
  readonly id: string
  readonly value: Pick<AlertRule, 'name' | 'severity' | 'channels' | 'repeatMs'>
}

/** What is to be written of one rule. */
interface Outcome {
  readonly changes: ReturnType<RecordMap<Alert>['change']>[]
  readonly entries: NewEntry[]
  readonly told: Record<'fired' | 'still-firing' | 'resolved', NoticeLine[]>
}

const by = 'monitor'
/** The query of a rule itself. */
const queryInstance = 'query'
/** A query that could not be asked once may be asked the next time. */
const brokenForMsMin = 90_000
const textLengthMax = 300

export class Alerts {
  readonly #options: AlertsOptions
  readonly #alerts: RecordMap<Alert>
  /** By workspace and id, those that are not ok. */
  #seen = new Map<string, Seen>()

  private constructor(options: AlertsOptions, alerts: RecordMap<Alert>) {
    this.#options = options
    this.#alerts = alerts
  }

  static async load(options: AlertsOptions): Promise<Alerts> {
    return new Alerts(options, await RecordMap.load(alertKind, options.store, options.clock))
  }

  /** One look at all jobs, by all rules. */
  async judge(jobs: readonly WatchedJob[]): Promise<void> {
    const { rules, evidence, failed } = this.#options
    const jobsOf = Map.groupBy(jobs, ({ workspace }) => workspace)
    const seen = new Map<string, Seen>()
    const visited = new Set<string>()
    for (const rule of rules.all()) {
      if (!rule.value.isActive) continue
      try {
        const subjects = await this.#subjects(rule, jobsOf.get(rule.workspace) ?? [])
        for (const subject of subjects) visited.add(keyOf(rule.workspace, alertIdOf(rule.id, subject)))
        for (const each of await this.#judgeRule(rule, subjects)) seen.set(keyOf(rule.workspace, alertIdOf(rule.id, each.subject)), each)
      } catch (error) {
        failed(error)
        for (const [key, each] of this.#seen) if (each.rule.id === rule.id) seen.set(key, each)
        for (const each of this.#alerts.all()) if (each.value.rule === rule.id) visited.add(keyOf(each.workspace, each.id))
      }
    }
    await this.#endOthers(visited)
    this.#seen = seen
    evidence.forget(jobs)
  }

  current(workspace: string): AlertView[] {
    const now = this.#options.clock.nowMs()
    return [...this.#seen.values()].flatMap(({ rule, subject, judgement }) => {
      const { phase, since, metSince } = judgement
      if (rule.workspace !== workspace || phase === 'ok') return []
      const { job, jobName, sighting } = subject
      const id = alertIdOf(rule.id, subject)
      return {
        id,
        rule: rule.id,
        ruleName: rule.value.name,
        severity: rule.value.severity,
        job,
        jobName,
        phase,
        since: phase === 'unknown' ? since : (metSince ?? since),
        sighting,
        isSilenced: this.#isSilenced(rule, job, now),
        // Without a channel it was told to nobody.
        notifiedAt: rule.value.channels.length === 0 ? null : (this.#alerts.get(workspace, id)?.value.notifiedAt ?? null),
      }
    })
  }

  /** Newest first. */
  history(
    workspace: string,
    { job, before, limit }: { job?: string; before?: number; limit: number },
  ): Promise<readonly LogEntry<AlertEvent>[]> {
    const only = job === undefined ? {} : { subject: job }
    return this.#options.store.entries(alertLog, { workspace, limit, ...only, ...(before === undefined ? {} : { before }) })
  }

  /** Looks as a rule would, and judges nothing. */
  async tryRule(workspace: string, rule: AlertRule, jobs: readonly WatchedJob[]): Promise<RuleTrial> {
    const { condition, scope } = rule
    const inScope = jobs.filter((job) => isInScope(scope, job))
    if (condition.kind !== 'sql') return this.#look(condition, inScope)
    return metBy(await this.#options.sqlRules.once(workspace, condition, jobs), inScope)
  }

  async #look(condition: JobCondition, jobs: readonly WatchedJob[]): Promise<Subject[]> {
    const { evidence, clock } = this.#options
    const subjects: Subject[] = []
    for (const job of jobs) subjects.push(subjectOf(job, sightOf(condition, await evidence.gather(condition, job), clock.nowMs())))
    return subjects
  }

  async #subjects(rule: Stored<AlertRule>, jobs: readonly WatchedJob[]): Promise<Subject[]> {
    const { condition, scope } = rule.value
    const inScope = jobs.filter((job) => isInScope(scope, job))
    return condition.kind === 'sql' ? this.#subjectsOfQuery(rule, inScope) : this.#look(condition, inScope)
  }

  /** The rows of a query, what it gave before, and the query itself where it cannot be asked: that is an alarm of its own. */
  #subjectsOfQuery(rule: Stored<AlertRule>, jobs: readonly WatchedJob[]): Subject[] {
    const { found, isBroken, trouble, at } = this.#options.sqlRules.found(rule)
    const met = metBy(found ?? [], jobs)
    const base = { value: null, threshold: null, source: 'query of the rule', seenAt: at }
    const absent: Sighting =
      found === null ? { ...base, sight: 'unknown', text: trouble } : { ...base, sight: 'clear', text: 'its query gives no such row' }
    const broken: Sighting = isBroken
      ? { ...base, sight: 'met', text: shortened(`its query cannot be asked: ${trouble}`, textLengthMax) }
      : { ...base, sight: found === null ? 'unknown' : 'clear', text: found === null ? trouble : 'its query can be asked' }
    const ids = new Set(met.map((each) => alertIdOf(rule.id, each)))
    const others = this.#of(rule).filter((each) => each.instance !== queryInstance && !ids.has(alertIdOf(rule.id, each)))
    return [...met, ...others.map((each) => ({ ...each, sighting: absent })), { ...subjectOf(undefined, broken), instance: queryInstance }]
  }

  /** What a rule is about already. */
  #of(rule: Stored<AlertRule>): Omit<Subject, 'sighting'>[] {
    const known = new Map<string, Omit<Subject, 'sighting'>>()
    for (const { rule: of, subject } of this.#seen.values()) if (of.id === rule.id) known.set(alertIdOf(rule.id, subject), subject)
    for (const { id, value } of this.#alerts.in(rule.workspace)) {
      const { job, jobName, instance } = value
      if (value.rule === rule.id && !known.has(id)) known.set(id, { job, jobName, instance, tier: '' })
    }
    return [...known.values()]
  }

  async #judgeRule(rule: Stored<AlertRule>, subjects: readonly Subject[]): Promise<Seen[]> {
    const now = this.#options.clock.nowMs()
    const outcome: Outcome = { changes: [], entries: [], told: { fired: [], 'still-firing': [], resolved: [] } }
    const seen = subjects.map((subject): Seen => {
      const id = alertIdOf(rule.id, subject)
      const before = this.#seen.get(keyOf(rule.workspace, id))?.judgement ?? this.#alerts.get(rule.workspace, id)?.value.judgement ?? null
      const judgement = judge(timingOf(rule.value, subject), subject.sighting.sight, now, before)
      this.#follow({ rule, subject, judgement }, now, outcome)
      return { rule, subject, judgement }
    })
    await this.#commit(rule, outcome, now)
    return seen.filter(({ judgement }) => judgement.phase !== 'ok')
  }

  /** What a judgement makes of what is kept, and who is to be told. */
  #follow(
    { rule, subject, judgement }: Omit<Seen, 'rule'> & { readonly rule: Named },
    now: number,
    { changes, entries, told }: Outcome,
  ): void {
    const { workspace, value } = rule
    const id = alertIdOf(rule.id, subject)
    const kept = this.#alerts.get(workspace, id)?.value
    const isFiring = judgement.phase === 'firing'
    const wasFiring = kept?.judgement.phase === 'firing'
    const episode = kept?.episode ?? randomUUID()
    const line = (): NoticeLine =>
      this.#lineOf(workspace, subject, { episode, since: kept?.judgement.metSince ?? judgement.metSince ?? now })
    let notifiedAt = kept?.notifiedAt ?? null
    if (isFiring !== wasFiring) entries.push(this.#eventOf(rule, isFiring ? 'fired' : 'resolved', line(), now))
    if (wasFiring && !isFiring && notifiedAt !== null) told.resolved.push(line())
    if (isFiring && !this.#isSilenced(rule, subject.job, now)) {
      const isDue = notifiedAt !== null && value.repeatMs !== null && now - notifiedAt >= value.repeatMs
      if (notifiedAt === null) told.fired.push(line())
      else if (isDue) told['still-firing'].push(line())
      if (notifiedAt === null || isDue) notifiedAt = now
    }
    const isKept = isFiring || judgement.phase === 'pending'
    const next: Alert | null = isKept
      ? {
          rule: rule.id,
          ruleName: value.name,
          severity: value.severity,
          job: subject.job,
          jobName: subject.jobName,
          instance: subject.instance,
          episode,
          judgement,
          sighting: subject.sighting,
          notifiedAt,
        }
      : null
    if (!isSame(kept, next)) changes.push(this.#alerts.change({ workspace, id }, next))
  }

  async #commit(rule: Named, { changes, entries, told }: Outcome, now: number): Promise<void> {
    if (changes.length === 0) return
    const { notices, takesNotices } = this.#options
    const { id, value, workspace } = rule
    const channels = [...new Set(value.channels)].filter((channel) => takesNotices(workspace, channel))
    const kinds: readonly (keyof Outcome['told'] & NoticeKind)[] = ['fired', 'still-firing', 'resolved']
    const written = kinds.flatMap((kind) =>
      told[kind].length === 0
        ? []
        : channels.map((channel) => {
            const { name, severity } = value
            const notice: Notice = { channel, kind, at: now, workspace, rule: { id, name, severity }, text: '', ...noticeLines(told[kind]) }
            return notices.change({ workspace, id: randomUUID() }, notice)
          }),
    )
    await this.#alerts.commit([...changes, ...written], by, entries)
  }

  /** Those whose rule or job is watched no more. Of a rule that is gone nobody knows whom to tell. */
  async #endOthers(visited: ReadonlySet<string>): Promise<void> {
    const { rules, clock, failed } = this.#options
    for (const { workspace, id, value } of this.#alerts.all()) {
      if (visited.has(keyOf(workspace, id))) continue
      const now = clock.nowMs()
      const text = 'it is watched no more'
      const sighting: Sighting = { sight: 'clear', value: null, threshold: null, text, source: '', seenAt: null }
      const { job, jobName, instance } = value
      const subject: Subject = { job, jobName, instance, tier: '', sighting }
      const judgement: Judgement = { phase: 'ok', since: now, metSince: null, clearSince: null }
      const rule: Named = rules.get(workspace, value.rule) ?? {
        workspace,
        id: value.rule,
        value: { name: value.ruleName, severity: value.severity, channels: [], repeatMs: null },
      }
      const outcome: Outcome = { changes: [], entries: [], told: { fired: [], 'still-firing': [], resolved: [] } }
      this.#follow({ rule, subject, judgement }, now, outcome)
      await this.#commit(rule, outcome, now).catch(failed)
    }
  }

  #lineOf(
    workspace: string,
    { job, jobName, tier, sighting }: Subject,
    { episode, since }: { episode: string; since: number },
  ): NoticeLine {
    const { value, threshold, text, source, seenAt } = sighting
    const link = job === '' ? null : this.#options.linkTo(workspace, job)
    return { episode, job, jobName, tier, since, value, threshold, text, source, seenAt, link }
  }

  #eventOf({ id, workspace, value }: Named, kind: 'fired' | 'resolved', line: NoticeLine, at: number): NewEntry {
    const { name, severity } = value
    const { episode, job, jobName, since, text, value: measured } = line
    const event: AlertEvent = { kind, rule: id, ruleName: name, severity, episode, job, jobName, at, since, text, value: measured }
    return entryOf(alertLog, workspace, job, event)
  }

  #isSilenced({ workspace, id }: Named, job: string, now: number): boolean {
    const silences = this.#options.silences.in(workspace).map(({ value }) => value)
    return isSilenced(silences, { rule: id, job }, now)
  }
}

function subjectOf(job: WatchedJob | undefined, sighting: Sighting): Subject {
  return { job: job?.job ?? '', instance: '', jobName: job?.spec.name ?? '', tier: job?.spec.latencyTier ?? '', sighting }
}

/** The rows of a query that are about one of some jobs, or about none. */
function metBy(found: readonly SqlSighting[], jobs: readonly WatchedJob[]): Subject[] {
  const jobOf = new Map(jobs.map((job) => [job.job, job]))
  return found.flatMap(({ job, instance, sighting }) =>
    job === '' || jobOf.has(job) ? [{ ...subjectOf(jobOf.get(job), sighting), instance }] : [],
  )
}

function timingOf({ forMs, clearAfterMs }: AlertRule, { instance }: Subject): RuleTiming {
  return instance === queryInstance ? { forMs: Math.max(forMs, brokenForMsMin), clearAfterMs: 0 } : { forMs, clearAfterMs }
}

function keyOf(workspace: string, id: string): string {
  return JSON.stringify([workspace, id])
}

/** Whether what is kept says the same of the course of an alert; what was seen meanwhile is not worth a write. */
function isSame(kept: Alert | undefined, next: Alert | null): boolean {
  if (kept === undefined || next === null) return kept === undefined && next === null
  const [a, b] = [kept.judgement, next.judgement]
  return a.phase === b.phase && a.metSince === b.metSince && a.clearSince === b.clearSince && kept.notifiedAt === next.notifiedAt
}
