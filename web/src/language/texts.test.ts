import { expect, test } from 'vitest'
import english from './en.json' with { type: 'json' }
import chinese from './zh.json' with { type: 'json' }

/** Every key with its braced names; forms of plural count once, for languages differ in them. */
function keysOf(texts: object, path = ''): string[] {
  return Object.entries(texts).flatMap(([key, value]: [string, unknown]) => {
    const at = `${path}${key}`
    if (typeof value === 'object' && value !== null) return keysOf(value, `${at}.`)
    const names = [...String(value).matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).filter((name) => name !== 'count')
    return [`${at.replace(/_(?:one|other)$/, '')} ${[...new Set(names)].toSorted((a = '', b = '') => a.localeCompare(b)).join(' ')}`.trim()]
  })
}

function unique(texts: object): string[] {
  return [...new Set(keysOf(texts))].toSorted()
}

test('both languages have the same texts with the same names in braces', () => {
  expect(unique(chinese)).toEqual(unique(english))
})

test('a text too few and another name are found', () => {
  expect(unique({ a: { b_one: '{{count}} {{x}}', b_other: '{{x}}' } })).toEqual(unique({ a: { b_other: '{{x}}' } }))
  expect(unique({ a: '{{x}}' })).not.toEqual(unique({ a: '{{y}}' }))
})

test('no text is empty', () => {
  const empty = (texts: object): boolean => Object.values(texts).some((value) => (typeof value === 'object' ? empty(value) : value === ''))
  expect([empty(english), empty(chinese), empty({ a: { b: '' } })]).toEqual([false, false, true])
})
