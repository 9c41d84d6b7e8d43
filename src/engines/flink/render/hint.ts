/** Hints. */
import type { Join, LookupHint } from '#plan'
import { quotedText } from './literal.ts'

function hint(name: string, options: readonly (readonly [key: string, value: string])[]): string {
  return `${name}(${options.map(([key, value]) => `${quotedText(key)} = ${quotedText(value)}`).join(', ')})`
}

/** OPTIONS behind a table; nothing without any. */
export function optionsHint(options: Readonly<Record<string, string>>): string {
  const entries = Object.entries(options)
  return entries.length === 0 ? '' : `/*+ ${hint('OPTIONS', entries)} */`
}

/** How long an aggregate keeps what it has of a table. */
export function ttlHint(alias: string, ttlMs: number): string {
  return hint('STATE_TTL', [[alias, durationText(ttlMs)]])
}

export function joinTtlHint({ left, right }: NonNullable<Join['stateTtlMs']>, leftAlias: string, rightAlias: string): string {
  return hint('STATE_TTL', [
    ...(left === undefined ? [] : [[leftAlias, durationText(left)] as const]),
    ...(right === undefined ? [] : [[rightAlias, durationText(right)] as const]),
  ])
}

export function joinHint({ async, capacity, timeoutMs, retry }: LookupHint, alias: string): string {
  return hint('LOOKUP', [
    ['table', alias],
    ...(async === undefined ? [] : [['async', String(async)] as const]),
    ...(capacity === undefined ? [] : [['capacity', String(capacity)] as const]),
    ...(timeoutMs === undefined ? [] : [['timeout', durationText(timeoutMs)] as const]),
    ...(retry === undefined
      ? []
      : ([
          ['retry-predicate', 'lookup_miss'],
          ['retry-strategy', 'fixed_delay'],
          ['fixed-delay', durationText(retry.delayMs)],
          ['max-attempts', String(retry.attempts)],
        ] as const)),
  ])
}

function durationText(ms: number): string {
  return `${ms} ms`
}
