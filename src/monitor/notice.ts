/** What people and systems are told: one notice for all that a rule found at a time, written for each medium. */
import { printable, shortened } from '#base'
import type { RecordKind } from '#store'
import type { Severity } from './alert-rule.ts'
import { printDuration, printInstant, printNumber } from './print-number.ts'

export interface Notice {
  readonly channel: string
  readonly kind: NoticeKind
  readonly at: number
  readonly workspace: string
  /** Null where it is about the watcher itself, or a test. */
  readonly rule: { readonly id: string; readonly name: string; readonly severity: Severity } | null
  /** What is said where there is no rule. */
  readonly text: string
  readonly alerts: readonly NoticeLine[]
  /** How many more there are. */
  readonly more: number
}

export type NoticeKind = 'fired' | 'still-firing' | 'resolved' | 'watcher-silent' | 'watcher-stalled' | 'test'

export interface NoticeLine {
  readonly episode: string
  readonly job: string
  readonly jobName: string
  /** What its users expect; empty where it is about no job. */
  readonly tier: string
  readonly since: number
  readonly value: number | null
  readonly threshold: number | null
  readonly text: string
  readonly source: string
  readonly seenAt: number | null
  /** Null where the server does not know its own address. */
  readonly link: string | null
}

/** By the id that receivers may use to know one that comes twice. */
export const noticeKind: RecordKind<Notice> = { name: 'alert-notice', keepsVersions: false }

const linesMax = 50
const textLengthMax = 500

/** As many lines as a notice holds; the others are counted. */
export function noticeLines(lines: readonly NoticeLine[]): Pick<Notice, 'alerts' | 'more'> {
  return { alerts: lines.slice(0, linesMax), more: Math.max(0, lines.length - linesMax) }
}

/** One line without any control, of what people wrote. */
function shown(text: string): string {
  return shortened(printable(text), textLengthMax)
}

const words: Readonly<Record<NoticeKind, string>> = {
  fired: 'firing',
  'still-firing': 'still firing',
  resolved: 'resolved',
  'watcher-silent': 'watcher was silent',
  'watcher-stalled': 'watcher is late',
  test: 'test',
}

export function subjectOf({ kind, rule, alerts, more, text }: Notice): string {
  if (rule === null) return shown(`[${words[kind]}] ${text}`)
  const [first] = alerts
  const count = alerts.length + more
  const whom = count > 1 ? `${count} jobs` : (first?.jobName ?? '')
  return shown(`[${words[kind]}] ${rule.severity}: ${rule.name}${whom === '' ? '' : `: ${whom}`}`)
}

/** What a line says, by name: the same in every medium. */
function factsOf(line: NoticeLine, at: number): [name: string, value: string][] {
  const { jobName, tier, text, since, value, threshold, source, seenAt, link } = line
  const age = seenAt === null ? 'never seen' : `${printInstant(seenAt)}, ${printDuration(Math.max(0, at - seenAt))} before this message`
  return [
    ['Job', jobName],
    ['Tier', tier],
    ['What', text],
    ['Since', `${printInstant(since)}, for ${printDuration(Math.max(0, at - since))}`],
    ['Value', value === null ? '' : printNumber(value)],
    ['Threshold', threshold === null ? '' : printNumber(threshold)],
    ['Evidence', source === '' ? age : `${source}, ${age}`],
    ['Link', link ?? ''],
  ].flatMap(([name = '', fact = '']) => (fact === '' ? [] : [[name, shown(fact)]]))
}

export function plainTextOf(notice: Notice): string {
  const { at, alerts, more, workspace, text } = notice
  const blocks = alerts.map((line) =>
    factsOf(line, at)
      .map(([name, fact]) => `${name}: ${fact}`)
      .join('\n'),
  )
  return [
    subjectOf(notice),
    ...(notice.rule === null && text !== '' ? [shown(text)] : []),
    ...blocks,
    ...(more > 0 ? [`And ${more} more.`] : []),
    `Workspace: ${shown(workspace)}`,
  ].join('\n\n')
}

export function htmlOf(notice: Notice): string {
  const { at, alerts, more, workspace } = notice
  const tables = alerts.map((line) => {
    const rows = factsOf(line, at).map(([name, fact]) => `<tr><th align="left">${escaped(name)}</th><td>${linked(name, fact)}</td></tr>`)
    return `<table cellpadding="4">${rows.join('')}</table><hr>`
  })
  const others = more > 0 ? `<p>And ${more} more.</p>` : ''
  return `<!doctype html><html><body><h3>${escaped(subjectOf(notice))}</h3>${tables.join('')}${others}<p>Workspace: ${escaped(shown(workspace))}</p></body></html>`
}

function linked(name: string, fact: string): string {
  return name === 'Link' && /^https?:\/\//.test(fact) ? `<a href="${escaped(fact)}">${escaped(fact)}</a>` : escaped(fact)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}

/** For systems: the same as data, under an id by which one that comes twice is known. */
export function jsonOf(id: string, notice: Notice): string {
  const { kind, at, workspace, rule, alerts, more, text } = notice
  return JSON.stringify({ id, kind, at, workspace, title: subjectOf(notice), text: shown(text), rule, alerts, more })
}
