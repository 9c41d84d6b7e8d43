import { expect, test } from 'vitest'
import { readJobsSearch, readToSearch, readVersionsSearch } from './search.ts'

test('what is known is kept, the rest is left out', () => {
  expect(readJobsSearch({ search: 'a', state: 'running', sort: '-changed', tag: '', owner: 3, x: 'y' })).toEqual({
    search: 'a',
    state: 'running',
    sort: '-changed',
  })
  expect(readJobsSearch({ state: 'constructor', sort: 'none' })).toEqual({})
})

test.each(['1', '12'])('the version %s is a number', (from) => expect(readVersionsSearch({ from })).toEqual({ from: Number(from) }))
test.each(['', '-1', '0', '1.5', 'x', '9'.repeat(30)])('"%s" is no version', (from) => expect(readVersionsSearch({ from })).toEqual({}))

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)'])('%s is no page to return to', (to) => {
  expect(readToSearch({ to })).toEqual({})
})

test('a page of the console is', () => expect(readToSearch({ to: '/w/a/jobs?search=x' })).toEqual({ to: '/w/a/jobs?search=x' }))
