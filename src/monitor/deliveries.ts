/**
 * Delivers notices: each that is written is sent until it was taken, or for a day. Channels do not wait for one another; each sends its
 * notices in their order. A notice is let go of after it was sent, so that a crash in between sends it twice, under the same id, and never
 * not at all.
 */
import { randomUUID } from 'node:crypto'
import { type Clock, MillraceError } from '#base'
import type { Outbound } from '#outbound'
import { entryOf, type LogEntry, type LogKind, type RecordMap, type Store, type Stored } from '#store'
import type { AlertChannel } from './alert-channel.ts'
import { jsonOf, type Notice, type NoticeKind } from './notice.ts'
import { sendMail } from './send-mail.ts'
import { sendWebhook } from './send-webhook.ts'

export interface DeliveriesOptions {
  readonly store: Store
  readonly clock: Clock
  readonly channels: RecordMap<AlertChannel>
  readonly notices: RecordMap<Notice>
  readonly outbound: Outbound
  /** Of a workspace; null where there is none. */
  readonly findSecret: (workspace: string, name: string) => string | null
  /** Certificates to trust besides those that everybody does, as PEM. */
  readonly certificates?: string
  /** From 0 to 1. */
  readonly random: () => number
  readonly failed: (error: unknown) => void
}

/** What became of a notice. By the id of the channel. */
export interface Delivery {
  readonly notice: string
  readonly kind: NoticeKind
  readonly outcome: 'delivered' | 'failed' | 'given-up' | 'dropped'
  readonly tries: number
  readonly at: number
  /** The code and the message of what went wrong; empty where it was delivered. */
  readonly trouble: string
}

export const deliveryLog: LogKind<Delivery> = { name: 'alert-delivery' }

export interface ChannelHealth {
  readonly lastSuccessAt: number | null
  readonly lastFailureAt: number | null
  /** Empty unless it fails now. */
  readonly trouble: string
  readonly failuresInARow: number
  readonly pending: number
}

/** What is remembered of a channel while the server runs. */
interface Course {
  lastSuccessAt: number | null
  lastFailureAt: number | null
  trouble: string
  failuresInARow: number
  /** Nothing is sent before. */
  nextAt: number
  isSending: boolean
}

const firstPauseMs = 2000
const pauseMsMax = 600_000
const patienceMsMax = 86_400_000
const pendingMax = 500
const by = 'monitor'

export class Deliveries {
  readonly #options: DeliveriesOptions
  readonly #courses = new Map<string, Course>()

  constructor(options: DeliveriesOptions) {
    this.#options = options
  }

  /** Begins to send what waits and is due; resolves when that was tried. What is being sent already is left alone. */
  async deliver(): Promise<void> {
    const { notices, channels, failed } = this.#options
    const queues = Map.groupBy(notices.all(), ({ workspace, value }) => keyOf(workspace, value.channel))
    const known = new Set([...channels.all()].map(({ workspace, id }) => keyOf(workspace, id)))
    for (const key of this.#courses.keys()) if (!known.has(key)) this.#courses.delete(key)
    await Promise.all([...queues].map(([key, queue]) => this.#deliverTo(key, queue).catch(failed)))
  }

  /** Sends something now, once, beside what waits. Fails with what went wrong. */
  async send(channel: Stored<AlertChannel>, notice: Notice): Promise<void> {
    await this.#send(channel, randomUUID(), notice)
  }

  /** Tells a webhook that somebody watches. That it fails is not logged each time. */
  async beat(channel: Stored<AlertChannel>): Promise<void> {
    const { target } = channel.value
    if (target.kind !== 'webhook') return
    const at = this.#options.clock.nowMs()
    const id = randomUUID()
    const course = this.#courseOf(keyOf(channel.workspace, channel.id))
    try {
      await sendWebhook(
        target,
        { id, at, body: JSON.stringify({ id, kind: 'heartbeat', at, workspace: channel.workspace }) },
        this.#outwardsOf(channel.workspace),
      )
      succeed(course, at)
    } catch (error) {
      this.#fail(course, error)
    }
  }

  health(workspace: string, channel: string): ChannelHealth {
    const { lastSuccessAt, lastFailureAt, trouble, failuresInARow } = this.#courseOf(keyOf(workspace, channel))
    const pending = this.#options.notices.in(workspace).filter(({ value }) => value.channel === channel).length
    return { lastSuccessAt, lastFailureAt, trouble, failuresInARow, pending }
  }

  /** Newest first. */
  log(workspace: string, channel: string, { before, limit }: { before?: number; limit: number }): Promise<readonly LogEntry<Delivery>[]> {
    return this.#options.store.entries(deliveryLog, { workspace, subject: channel, limit, ...(before === undefined ? {} : { before }) })
  }

  async #deliverTo(key: string, queue: readonly Stored<Notice>[]): Promise<void> {
    const course = this.#courseOf(key)
    if (course.isSending || course.nextAt > this.#options.clock.nowMs()) return
    course.isSending = true
    try {
      const inOrder = queue.toSorted((a, b) => a.value.at - b.value.at)
      for (const old of inOrder.splice(0, Math.max(0, inOrder.length - pendingMax)))
        await this.#letGo(old, { outcome: 'dropped', tries: 0, trouble: `more than ${pendingMax} notices wait` })
      for (const notice of inOrder) if (!(await this.#deliverOne(course, notice))) return
    } finally {
      course.isSending = false
    }
  }

  /** Whether the next one may be sent. */
  async #deliverOne(course: Course, notice: Stored<Notice>): Promise<boolean> {
    const { channels, clock } = this.#options
    const channel = channels.get(notice.workspace, notice.value.channel)
    if (channel === undefined || !channel.value.isActive) {
      await this.#letGo(notice, { outcome: 'dropped', tries: 0, trouble: 'the channel is there no more, or is switched off' })
      return true
    }
    const tries = course.failuresInARow + 1
    try {
      await this.#send(channel, notice.id, notice.value)
    } catch (error) {
      this.#fail(course, error)
      const trouble = troubleOf(error)
      if (clock.nowMs() - notice.value.at >= patienceMsMax) await this.#letGo(notice, { outcome: 'given-up', tries, trouble })
      // One entry says that it began to fail, another how it ended.
      else if (tries === 1) await this.#log(notice, { outcome: 'failed', tries, trouble })
      return false
    }
    succeed(course, clock.nowMs())
    await this.#letGo(notice, { outcome: 'delivered', tries, trouble: '' })
    return true
  }

  async #send({ workspace, value: { target } }: Stored<AlertChannel>, id: string, notice: Notice): Promise<void> {
    const { clock } = this.#options
    const outwards = this.#outwardsOf(workspace)
    if (target.kind === 'webhook') await sendWebhook(target, { id, body: jsonOf(id, notice), at: clock.nowMs() }, outwards)
    else await sendMail(target, id, notice, outwards)
  }

  /** The way outside, with the secrets of a workspace. */
  #outwardsOf(workspace: string): Omit<DeliveriesOptions, 'findSecret'> & { readonly findSecret: (name: string) => string | null } {
    return { ...this.#options, findSecret: (name) => this.#options.findSecret(workspace, name) }
  }

  #fail(course: Course, error: unknown): void {
    const { clock, random } = this.#options
    const now = clock.nowMs()
    course.failuresInARow++
    course.lastFailureAt = now
    course.trouble = troubleOf(error)
    const pauseMs = Math.min(pauseMsMax, firstPauseMs * 2 ** Math.min(20, course.failuresInARow - 1))
    course.nextAt = now + pauseMs * (0.5 + random() / 2)
  }

  async #letGo(notice: Stored<Notice>, what: Pick<Delivery, 'outcome' | 'tries' | 'trouble'>): Promise<void> {
    const { notices } = this.#options
    const { workspace, value } = notice
    const entry = entryOf(deliveryLog, workspace, value.channel, this.#deliveryOf(notice, what))
    await notices.commit([notices.change(notice, null)], by, [entry])
  }

  async #log(notice: Stored<Notice>, what: Pick<Delivery, 'outcome' | 'tries' | 'trouble'>): Promise<void> {
    const entry = entryOf(deliveryLog, notice.workspace, notice.value.channel, this.#deliveryOf(notice, what))
    await this.#options.store.commit({ writes: [], entries: [entry], by })
  }

  #deliveryOf({ id, value }: Stored<Notice>, what: Pick<Delivery, 'outcome' | 'tries' | 'trouble'>): Delivery {
    return { notice: id, kind: value.kind, at: this.#options.clock.nowMs(), ...what }
  }

  #courseOf(key: string): Course {
    const known = this.#courses.get(key)
    if (known !== undefined) return known
    const course: Course = { lastSuccessAt: null, lastFailureAt: null, trouble: '', failuresInARow: 0, nextAt: 0, isSending: false }
    this.#courses.set(key, course)
    return course
  }
}

function succeed(course: Course, now: number): void {
  course.lastSuccessAt = now
  course.failuresInARow = 0
  course.trouble = ''
  course.nextAt = 0
}

function troubleOf(error: unknown): string {
  return error instanceof MillraceError ? `${error.code}: ${error.message}` : 'something went wrong in the server itself'
}

function keyOf(workspace: string, channel: string): string {
  return JSON.stringify([workspace, channel])
}
