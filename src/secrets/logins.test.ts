import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Logins } from './logins.ts'

let folder: string
const here = { url: 'http://127.0.0.1:8080', token: 'one', workspace: 'main' }
const there = { url: 'https://millrace.example.org', token: 'two', workspace: 'sales' }

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-logins-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('the server that was signed in to last is meant where none is named', () => {
  const logins = new Logins(folder)
  expect(logins.find('')).toBeNull()
  logins.keep('there', there)
  logins.keep('here', here)
  expect(new Logins(folder).find('')).toEqual(here)
  expect(logins.find('there')).toEqual(there)
  expect([...logins.all().keys()]).toEqual(['here', 'there'])
  expect(logins.remove('')).toBe('here')
  expect(logins.find('')).toEqual(there)
  expect(() => logins.find('her')).toThrow('nobody has signed in to a server "her" here')
})

test('the file is for its owner alone, and is not read when others can', () => {
  const logins = new Logins(folder)
  logins.keep('here', here)
  const file = path.join(folder, 'servers.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  chmodSync(file, 0o644)
  expect(() => logins.all()).toThrow('can be read by others')
})

test.each(['', '{', '[]', 'null', '{"newest":"a","servers":[{"name":"a"}]}'])('a file %j is no list of servers', (text) => {
  writeFileSync(path.join(folder, 'servers.json'), text, { mode: 0o600 })
  expect(() => new Logins(folder).find('')).toThrow('could not read the list of servers')
})

test('a name that is no name is refused', () => {
  expect(() => new Logins(folder).keep('../x', here)).toThrow('cannot be the name of a server')
})
