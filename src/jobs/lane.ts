/**
 * The jobs of one host, each looked at when it is due, many with one question. Every host has a lane of its own, so that one that hangs
 * holds up nobody else. A job is in one turn at a time: it is not looked at while something is done for it.
 */
import { type Clock, failureOf, timerMs } from '#base'
import type { Pace } from './decide.ts'
import { Gate } from './gate.ts'
import { HostCalls } from './host-calls.ts'
import type { RunEvidence } from './job-host.ts'
import type { NamedHost } from './named-host.ts'

export interface LaneLimits {
  /** Jobs that are asked about at once. */
  readonly batchMax: number
  /** Questions under way at a time. */
  readonly looksMax: number
  /** Jobs for which something is done at a time. */
  readonly turnsMax: number
  /** Until a question counts as not answered. */
  readonly lookMsMax: number
}

/** What follows for a job; gives the time until the next look, or null where there is none. */
export type Turn = (jobId: string, seen: RunEvidence) => Promise<number | null>

export interface LaneOptions {
  readonly host: NamedHost
  readonly pace: Pace
  readonly limits: LaneLimits
  readonly clock: Clock
  readonly turn: Turn
}

/** Looks that are due within such a time are taken together. */
const gridMs = 50

export class Lane {
  readonly host: NamedHost
  readonly pace: Pace
  readonly calls: HostCalls
  readonly #limits: LaneLimits
  readonly #clock: Clock
  readonly #turn: Turn
  readonly #gate: Gate
  /** By job, in monotonic milliseconds. */
  readonly #dueAt = new Map<string, number>()
  /** Jobs in a turn, and whether something has come up for them since it began. */
  readonly #busy = new Map<string, boolean>()
  #looks = 0
  #timer: { readonly atMs: number; readonly id: ReturnType<typeof setTimeout> } | null = null
  #isClosed = false
  readonly #idle: (() => void)[] = []

  constructor({ host, pace, limits, clock, turn }: LaneOptions) {
    this.host = host
    this.pace = pace
    this.calls = new HostCalls(limits.looksMax)
    this.#limits = limits
    this.#clock = clock
    this.#turn = turn
    this.#gate = new Gate(limits.turnsMax)
  }

  get jobs(): number {
    return this.#dueAt.size
  }

  has(jobId: string): boolean {
    return this.#dueAt.has(jobId)
  }

  /** Looks at a job as soon as possible. */
  wake(jobId: string): void {
    if (this.#busy.has(jobId)) this.#busy.set(jobId, true)
    this.#schedule(jobId, 0)
  }

  drop(jobId: string): void {
    this.#dueAt.delete(jobId)
  }

  /** By how much the job that waits longest is overdue. */
  lagMs(): number {
    const now = this.#clock.monotonicMs()
    let lagMs = 0
    for (const [jobId, dueAt] of this.#dueAt) if (!this.#busy.has(jobId)) lagMs = Math.max(lagMs, now - dueAt)
    return lagMs
  }

  /** Begins no look any more, and waits for what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer.id)
    this.#timer = null
    if (this.#busy.size > 0) await new Promise<void>((resolve) => void this.#idle.push(resolve))
  }

  #schedule(jobId: string, inMs: number): void {
    const dueAt = this.#clock.monotonicMs() + inMs
    this.#dueAt.set(jobId, dueAt)
    if (!this.#busy.has(jobId)) this.#arm(dueAt)
  }

  /** Rings at a time, unless it does so earlier. */
  #arm(atMs: number): void {
    if (this.#isClosed || atMs === Number.POSITIVE_INFINITY || this.#looks >= this.#limits.looksMax) return
    if (this.#timer !== null && this.#timer.atMs <= atMs) return
    if (this.#timer !== null) clearTimeout(this.#timer.id)
    const inMs = Math.max(0, atMs - this.#clock.monotonicMs())
    this.#timer = { atMs, id: setTimeout(() => this.#ring(), timerMs(inMs)) }
  }

  #firstDueAt(): number {
    let firstMs = Number.POSITIVE_INFINITY
    for (const [jobId, dueAt] of this.#dueAt) if (dueAt < firstMs && !this.#busy.has(jobId)) firstMs = dueAt
    return firstMs
  }

  /** Takes what is due, the longest overdue first. */
  #ring(): void {
    this.#timer = null
    const until = this.#clock.monotonicMs() + gridMs
    const due = [...this.#dueAt].filter(([jobId, dueAt]) => dueAt <= until && !this.#busy.has(jobId)).sort((a, b) => a[1] - b[1])
    for (let at = 0; at < due.length && this.#looks < this.#limits.looksMax; at += this.#limits.batchMax) {
      void this.#look(due.slice(at, at + this.#limits.batchMax).map(([jobId]) => jobId))
    }
    this.#arm(this.#firstDueAt())
  }

  async #look(jobIds: readonly string[]): Promise<void> {
    for (const jobId of jobIds) this.#busy.set(jobId, false)
    this.#looks += 1
    const askedMs = this.#clock.monotonicMs()
    const seen = await this.#observe(jobIds)
    this.#looks -= 1
    this.#arm(this.#firstDueAt())
    await Promise.all(jobIds.map((jobId) => this.#gate.enter(() => this.#take(jobId, seen(jobId), askedMs))))
  }

  /** A host that fails as a whole has said nothing of any job, and so has one that leaves a job out. */
  async #observe(jobIds: readonly string[]): Promise<(jobId: string) => RunEvidence> {
    const at = this.#clock.nowMs()
    const silence = (reason: string): RunEvidence => ({ kind: 'unreachable', source: this.host.source, at, reason })
    try {
      const found = await this.calls.make('observe', () => this.host.observe(jobIds), this.#limits.lookMsMax)
      return (jobId) => found.get(jobId) ?? silence('it said nothing of this job')
    } catch (error) {
      const silent = silence(failureOf(error).message)
      return () => silent
    }
  }

  /** What was seen long ago, since others were in between, is looked at anew. */
  async #take(jobId: string, seen: RunEvidence, askedMs: number): Promise<void> {
    const isFresh = this.#clock.monotonicMs() - askedMs <= 2 * this.#limits.lookMsMax
    let inMs: number | null = 0
    try {
      if (isFresh && this.#dueAt.has(jobId) && !this.#isClosed) inMs = await this.#turn(jobId, seen)
    } finally {
      const isWoken = this.#busy.get(jobId)
      this.#busy.delete(jobId)
      if (inMs === null) this.drop(jobId)
      else if (this.#dueAt.has(jobId)) this.#schedule(jobId, isWoken === true ? 0 : inMs)
      if (this.#busy.size === 0) for (const resolve of this.#idle.splice(0)) resolve()
    }
  }
}
