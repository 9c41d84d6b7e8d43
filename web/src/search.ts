/** What stands in addresses behind the question mark: read word by word, so that a wrong address shows a page and not a fault. */

import { timeRanges } from './job/time-range.ts'

type Raw = Record<string, unknown>

function text(raw: Raw, name: string): string | undefined {
  const value = raw[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function oneOf<const Words extends readonly string[]>(raw: Raw, name: string, words: Words): Words[number] | undefined {
  const value = raw[name]
  return words.find((word) => word === value)
}

function number(raw: Raw, name: string): number | undefined {
  const value = Number(text(raw, name) ?? Number.NaN)
  return Number.isSafeInteger(value) && value > 0 ? value : undefined
}

/** Leaves out what is not there, so that addresses stay short. */
function given<T extends Record<string, unknown>>(found: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const kept = Object.entries(found).filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept) as { [Name in keyof T]?: Exclude<T[Name], undefined> }
}

export const jobStates = ['running', 'starting', 'stopping', 'backing-off', 'failed', 'finished', 'stopped'] as const
export const jobSorts = ['name', '-name', 'changed', '-changed', 'state', '-state'] as const
export const logLevels = ['error', 'warning', 'info'] as const

export function readJobsSearch(raw: Raw) {
  return given({
    search: text(raw, 'search'),
    state: oneOf(raw, 'state', jobStates),
    evidence: oneOf(raw, 'evidence', ['unreachable']),
    tag: text(raw, 'tag'),
    folder: text(raw, 'folder'),
    owner: text(raw, 'owner'),
    sort: oneOf(raw, 'sort', jobSorts),
  })
}

export function readLogSearch(raw: Raw) {
  return given({ search: text(raw, 'search'), level: oneOf(raw, 'level', logLevels) })
}

export function readTopologySearch(raw: Raw) {
  return given({ vertex: text(raw, 'vertex'), range: oneOf(raw, 'range', timeRanges), at: number(raw, 'at') })
}

export function readMetricsSearch(raw: Raw) {
  return given({ range: oneOf(raw, 'range', timeRanges), operator: text(raw, 'operator') })
}

export function readVersionsSearch(raw: Raw) {
  return given({ from: number(raw, 'from'), to: number(raw, 'to') })
}

export function readSqlSearch(raw: Raw) {
  return given({ tab: text(raw, 'tab'), view: oneOf(raw, 'view', ['table', 'changes', 'chart', 'plan', 'messages', 'history']) })
}

export function readNotebooksSearch(raw: Raw) {
  return given({ search: text(raw, 'search'), folder: text(raw, 'folder'), tag: text(raw, 'tag') })
}

export function readNotebookSearch(raw: Raw) {
  return given({ cell: text(raw, 'cell') })
}

export function readAuditSearch(raw: Raw) {
  return given({ subject: text(raw, 'subject') })
}

export const entryKinds = ['table', 'view', 'function', 'connection'] as const
export const entryViews = ['columns', 'rows', 'lineage', 'versions'] as const

export function readCatalogSearch(raw: Raw) {
  return given({
    search: text(raw, 'search'),
    kind: oneOf(raw, 'kind', entryKinds),
    catalog: text(raw, 'catalog'),
    database: text(raw, 'database'),
  })
}

export function readEntrySearch(raw: Raw) {
  return given({ view: oneOf(raw, 'view', entryViews), depth: number(raw, 'depth'), from: number(raw, 'from'), to: number(raw, 'to') })
}

export const alertPhases = ['firing', 'pending', 'unknown'] as const

export function readAlertsSearch(raw: Raw) {
  return given({ phase: oneOf(raw, 'phase', alertPhases), search: text(raw, 'search') })
}

export function readRulesSearch(raw: Raw) {
  return given({ rule: text(raw, 'rule') })
}

export function readChannelsSearch(raw: Raw) {
  return given({ channel: text(raw, 'channel') })
}

/** Where to go after signing in: only to a page of this console, never to another server. */
export function readToSearch(raw: Raw) {
  const to = text(raw, 'to')
  const problem = text(raw, 'problem')
  return given({
    to: to !== undefined && /^\/(?![/\\])/.test(to) ? to : undefined,
    problem: problem !== undefined && /^[A-Z][A-Z0-9_]{0,60}$/.test(problem) ? problem : undefined,
  })
}
