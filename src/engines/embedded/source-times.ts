/**
 * Keeps the sources of a run together in event time. A source that has given nothing for long enough is idle: nobody waits for its
 * watermark. Sources of one group are aligned: whoever is further ahead of the one that is furthest behind than it may be is not read.
 *
 * 1. Only waiting for the outside makes a source idle: neither back pressure nor alignment does.
 * 2. A source that has had no row yet is furthest behind, until it is idle. One that has ended, or is idle, is waited for by nobody.
 * 3. Sources that are read before others are aligned among themselves.
 */
import type { Clock } from '#base'
import type { Alignment, SourceReader } from '#connectors'
import { watermarkEnd, watermarkNone } from '#data'
import type { ScanTask } from './lower/tasks.ts'

export interface TimedSource {
  readonly task: ScanTask
  readonly reader: Pick<SourceReader, 'hold'>
  readonly state: 'idle' | 'waiting' | 'ready' | 'ended'
}

/** The other workers of a run. Marks are the least watermarks, by group. */
export interface AlignedPeers {
  tell(marks: Readonly<Record<string, number>>): void
  /** How far all of them are. */
  leastOf(group: string): number
}

interface Resting {
  readonly source: TimedSource
  readonly timeoutMs: number
  /** Since when it is waited for. */
  sinceMs: number | null
  /** By split, where there are several: how often it had given rows, and for how long it has not since. */
  readonly splits: Map<string, { arrivals: number; silentMs: number }>
}

interface Aligned {
  readonly source: TimedSource
  readonly alignment: Alignment
  /** The splits that give nothing for now. */
  held: readonly string[]
}

interface Group {
  readonly name: string
  readonly members: Aligned[]
  /** How far the sources of this worker are, as it was last told to the others. */
  told: number | null
  toldAtMs: number
}

/** Of a longer time between two looks nobody knows whether a split had its turn. */
const busyMsMax = 100

/** Whoever has come so much of its drift further tells the others at once. */
const driftShareTold = 0.25

export class SourceTimes {
  readonly #clock: Clock
  readonly #peers: AlignedPeers | null
  readonly #resting: Resting[] = []
  readonly #groups: Group[] = []
  readonly #held = new Set<TimedSource>()
  #followedMs: number

  constructor(sources: readonly TimedSource[], clock: Clock, peers: AlignedPeers | null) {
    this.#clock = clock
    this.#peers = peers
    this.#followedMs = clock.monotonicMs()
    for (const source of sources) {
      const { task } = source
      if (!task.isTimed) continue
      const { idleTimeoutMs = 0, alignment } = task.time
      // Whoever ends is waited for, so that runs repeat.
      if (idleTimeoutMs > 0 && !task.source.bounded)
        this.#resting.push({ source, timeoutMs: idleTimeoutMs, sinceMs: null, splits: new Map() })
      if (alignment !== null) this.#groupOf(`${task.priority}/${alignment.group}`).members.push({ source, alignment, held: [] })
    }
  }

  #groupOf(name: string): Group {
    const known = this.#groups.find((group) => group.name === name)
    if (known !== undefined) return known
    const group: Group = { name, members: [], told: null, toldAtMs: Number.NEGATIVE_INFINITY }
    this.#groups.push(group)
    return group
  }

  /** Looks at how far all sources are: comes between any two batches. */
  follow(): void {
    if (this.#resting.length === 0 && this.#groups.length === 0) return
    const nowMs = this.#clock.monotonicMs()
    for (const each of this.#resting) {
      const isWaiting = each.source.state === 'waiting' && !this.#held.has(each.source)
      each.sinceMs = isWaiting ? (each.sinceMs ?? nowMs) : null
      each.source.task.setIdle(each.sinceMs !== null && nowMs - each.sinceMs >= each.timeoutMs)
      this.#restSplits(each, isWaiting ? nowMs - this.#followedMs : Math.min(busyMsMax, nowMs - this.#followedMs))
    }
    this.#followedMs = nowMs
    for (const group of this.#groups) {
      const own = leastOf(group)
      this.#tell(group, own, nowMs)
      this.#align(group, Math.min(own, this.#peers?.leastOf(group.name) ?? watermarkEnd))
    }
  }

  #restSplits({ source: { task }, splits, timeoutMs }: Resting, passedMs: number): void {
    const present = task.splits()
    if (present.size < 2) return
    for (const [name, { arrivals }] of present) {
      const known = splits.get(name)
      if (known?.arrivals !== arrivals) splits.set(name, { arrivals, silentMs: 0 })
      else if (this.#groups.every(({ members }) => members.every((each) => each.source.task !== task || !each.held.includes(name)))) {
        known.silentMs += passedMs
        if (known.silentMs >= timeoutMs) task.rest(name)
      }
    }
  }

  /** Whether a source has to wait for others. */
  isHeld(source: TimedSource): boolean {
    return this.#held.has(source)
  }

  /** Whether a split has to wait for others, be it alone or with all of its source. */
  isSplitHeld(source: TimedSource, split: string): boolean {
    if (this.#held.has(source)) return true
    return this.#groups.some(({ members }) => members.some((member) => member.source === source && member.held.includes(split)))
  }

  /** Milliseconds until something has to be looked at again that nothing else tells of. */
  msToNext(): number {
    const nowMs = this.#clock.monotonicMs()
    let ms = Number.POSITIVE_INFINITY
    for (const each of this.#resting) {
      if (each.source.task.isIdle || each.source.state !== 'waiting') continue
      each.sinceMs ??= nowMs
      ms = Math.min(ms, each.sinceMs + each.timeoutMs - nowMs)
    }
    if (this.#peers === null) return ms
    for (const group of this.#groups) if (group.told !== leastOf(group)) ms = Math.min(ms, group.toldAtMs + updateMsOf(group) - nowMs)
    return ms
  }

  #tell(group: Group, own: number, nowMs: number): void {
    if (this.#peers === null || own === group.told) return
    const { told } = group
    const isFar = told === null || !Number.isFinite(own - told) || own - told >= driftShareTold * driftOf(group)
    if (!isFar && nowMs - group.toldAtMs < updateMsOf(group)) return
    group.told = own
    group.toldAtMs = nowMs
    this.#peers.tell({ [group.name]: own })
  }

  #align(group: Group, least: number): void {
    for (const member of group.members) {
      const { source, alignment } = member
      const limit = least + alignment.driftMsMax
      const ahead = source.reader.hold === undefined ? [] : splitsBeyond(source.task, limit)
      if (ahead.length !== member.held.length || ahead.some((name, index) => name !== member.held[index])) {
        member.held = ahead
        source.reader.hold?.(ahead)
      }
      if (source.task.watermark > limit) this.#held.add(source)
      else this.#held.delete(source)
    }
  }
}

/** The splits to hold back, where there are others. */
function splitsBeyond(task: ScanTask, watermarkMs: number): readonly string[] {
  const splits = task.splits()
  return splits.size < 2 ? [] : [...splits].flatMap(([name, split]) => (split.watermark > watermarkMs ? [name] : []))
}

function leastOf({ members }: Group): number {
  let least = watermarkEnd
  for (const { source } of members) {
    if (source.state === 'ended' || source.task.isIdle) continue
    least = Math.min(least, source.task.watermark)
  }
  return least
}

function driftOf({ members }: Group): number {
  return Math.min(...members.map(({ alignment }) => alignment.driftMsMax))
}

function updateMsOf({ members }: Group): number {
  return Math.min(...members.map(({ alignment }) => alignment.updateMs))
}

/** Whoever has not told anything yet may be anywhere. */
export class ToldMarks implements AlignedPeers {
  readonly #send: (marks: Readonly<Record<string, number>>) => void
  #marks: Readonly<Record<string, number>> = {}

  constructor(send: (marks: Readonly<Record<string, number>>) => void) {
    this.#send = send
  }

  tell(marks: Readonly<Record<string, number>>): void {
    this.#send(marks)
  }

  leastOf(group: string): number {
    return this.#marks[group] ?? watermarkNone
  }

  /** What the leader tells of the others. */
  hear(marks: Readonly<Record<string, number>>): void {
    this.#marks = marks
  }
}
