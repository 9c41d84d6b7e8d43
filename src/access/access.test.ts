import { beforeEach, describe, expect, test } from 'vitest'
import type { Clock } from '#base'
import { MemoryStore } from '#store'
import { Access, firstWorkspace } from './access.ts'
import { assertMay } from './caller.ts'
import { hashPassword, isPassword } from './password.ts'

const password = 'correct horse battery'
const address = '127.0.0.1'
let nowMs = 0
const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs }
let store: MemoryStore
let access: Access

beforeEach(async () => {
  nowMs = 1_000_000_000_000
  store = new MemoryStore(clock)
  access = await Access.open(store, clock)
})

async function firstAdmin(): Promise<void> {
  const { key } = await access.createLink(null, 'server')
  await access.signInByLink(key, { name: 'ada', password }, address)
}

async function person(name: string): Promise<string> {
  await access.people.add(name, { displayName: name, isServerAdmin: false }, 'ada')
  const { key } = await access.createLink(name, 'ada')
  return (await access.signInByLink(key, { password }, address)).key
}

describe('the first administrator', () => {
  test('comes by a link, chooses name and password, and has a workspace', async () => {
    expect(access.people.needsFirstAdmin).toBe(true)
    await firstAdmin()
    expect(access.people.needsFirstAdmin).toBe(false)
    const { caller } = await access.signIn('ada', password, address)
    expect(caller).toMatchObject({ name: 'ada', isServerAdmin: true })
    expect([...caller.roles]).toEqual([[firstWorkspace, 'admin']])
  })

  test('comes once: neither the same link nor a second one makes another', async () => {
    const [one, two] = [await access.createLink(null, 'server'), await access.createLink(null, 'server')]
    await access.signInByLink(one.key, { name: 'ada', password }, address)
    await expect(access.signInByLink(one.key, { name: 'eve', password }, address)).rejects.toMatchObject({ code: 'ACCESS_LINK_SPENT' })
    await expect(access.signInByLink(two.key, { name: 'eve', password }, address)).rejects.toMatchObject({ code: 'ACCESS_LINK_SPENT' })
  })

  test('does not come a day later, or with a short password, which leaves the link as it is', async () => {
    const { key } = await access.createLink(null, 'server')
    await expect(access.signInByLink(key, { name: 'ada', password: 'short' }, address)).rejects.toMatchObject({ code: 'ACCESS_PASSWORD' })
    nowMs += 86_400_001
    await expect(access.signInByLink(key, { name: 'ada', password }, address)).rejects.toMatchObject({ code: 'ACCESS_LINK_SPENT' })
  })

  test('is the admin of the workspace that a program of the server has made before', async () => {
    await access.createOwnToken('demo')
    await firstAdmin()
    expect(access.workspaces.members(firstWorkspace)).toEqual([{ user: 'ada', role: 'admin' }])
  })

  test('gets another link, without a name before, and signs in with the password as it was', async () => {
    const before = await access.createAdminLink('server')
    expect(before.user).toBeNull()
    await firstAdmin()
    const { user, key } = await access.createAdminLink('server')
    expect(user).toBe('ada')
    await access.signInByLink(key, {}, address)
    expect((await access.signIn('ada', password, address)).caller.name).toBe('ada')
  })

  test('of two who use a link at the same time one comes', async () => {
    const { key } = await access.createLink(null, 'server')
    const both = await Promise.allSettled(['ada', 'eve'].map((name) => access.signInByLink(key, { name, password }, address)))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(access.people.all()).toHaveLength(1)
  })

  test('cannot be the last one to go', async () => {
    await firstAdmin()
    await expect(access.setActive('ada', false, 'ada')).rejects.toMatchObject({ code: 'ACCESS_LAST_ADMIN' })
  })
})

describe('people', () => {
  beforeEach(firstAdmin)

  test('are in the workspaces that they were let into, with what their role may do', async () => {
    const key = await person('bob')
    expect(() => assertMay(access.callerOfBrowser(key), 'read', firstWorkspace)).toThrow('there is no workspace "main" for you')
    await access.workspaces.setMember(firstWorkspace, 'bob', 'developer', 'ada')
    const caller = access.callerOfBrowser(key)
    expect(() => assertMay(caller, 'develop', firstWorkspace)).not.toThrow()
    expect(() => assertMay(caller, 'operate', firstWorkspace)).toThrow('"bob" may not do this')
    await access.workspaces.setMember(firstWorkspace, 'bob', null, 'ada')
    expect(access.callerOfBrowser(key).roles.size).toBe(0)
  })

  test('are out at once when they are made inactive', async () => {
    const key = await person('bob')
    await access.setActive('bob', false, 'ada')
    expect(() => access.callerOfBrowser(key)).toThrow('nobody is signed in')
    await expect(access.signIn('bob', password, address)).rejects.toMatchObject({ code: 'ACCESS_SIGN_IN_WRONG' })
  })

  test('have other sessions ended when they change their password', async () => {
    const other = await person('bob')
    const { key, caller } = await access.signIn('bob', password, address)
    await access.changePassword(caller, key, password, 'another long one')
    expect(access.callerOfBrowser(key).name).toBe('bob')
    expect(() => access.callerOfBrowser(other)).toThrow('nobody is signed in')
    await expect(access.signIn('bob', password, address)).rejects.toMatchObject({ code: 'ACCESS_SIGN_IN_WRONG' })
  })

  test('are known after a restart, and sessions that nobody uses end', async () => {
    const key = await person('bob')
    const later = await Access.open(store, clock)
    expect(later.callerOfBrowser(key).name).toBe('bob')
    nowMs += 43_200_001
    expect(() => later.callerOfBrowser(key)).toThrow('nobody is signed in')
  })

  test('who guess have to wait, longer each time, and others need not', async () => {
    await person('bob')
    const guess = (): Promise<unknown> => access.signIn('bob', 'a wrong password', '10.0.0.1')
    for (let count = 0; count < 5; count++) await expect(guess()).rejects.toMatchObject({ code: 'ACCESS_SIGN_IN_WRONG' })
    await expect(guess()).rejects.toMatchObject({ code: 'ACCESS_SIGN_IN_SLOW' })
    await expect(access.signIn('bob', password, address)).rejects.toMatchObject({ code: 'ACCESS_SIGN_IN_SLOW' })
    expect((await access.signIn('ada', password, address)).caller.name).toBe('ada')
    nowMs += 1001
    expect((await access.signIn('bob', password, address)).caller.name).toBe('bob')
  })
})

describe('of two things at a time', () => {
  beforeEach(firstAdmin)

  test('two administrators who make each other none leave one', async () => {
    await access.people.add('eve', { displayName: 'eve', isServerAdmin: true }, 'ada')
    const changes = ['ada', 'eve'].map((name) => access.people.change(name, { isServerAdmin: false }, name))
    expect((await Promise.allSettled(changes)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  test('many guesses at once are as many guesses', async () => {
    await person('bob')
    const guesses = Array.from({ length: 20 }, () => access.signIn('bob', 'a wrong password', address))
    const codes = (await Promise.allSettled(guesses)).map((each) =>
      each.status === 'rejected' ? (each.reason as { code: string }).code : '',
    )
    expect(codes.filter((code) => code === 'ACCESS_SIGN_IN_WRONG')).toHaveLength(5)
    expect(codes.filter((code) => code === 'ACCESS_SIGN_IN_SLOW')).toHaveLength(15)
  })
})

test('a new password by a link ends what the old one has opened, and all other links', async () => {
  await firstAdmin()
  const before = await person('bob')
  const [first, second] = [await access.createLink('bob', 'ada'), await access.createLink('bob', 'ada')]
  const { key } = await access.signInByLink(second.key, { password: 'another long one' }, address)
  expect(access.callerOfBrowser(key).name).toBe('bob')
  expect(() => access.callerOfBrowser(before)).toThrow('nobody is signed in')
  await expect(access.signInByLink(first.key, { password }, address)).rejects.toMatchObject({ code: 'ACCESS_LINK_SPENT' })
})

describe('tokens of services', () => {
  test('one of the server itself replaces the one before, and leaves those of others', async () => {
    const first = await access.createOwnToken('demo')
    const other = await access.createOwnToken('another')
    const second = await access.createOwnToken('demo')
    expect(() => access.callerOfToken(first.secret)).toThrow('the token was taken back')
    for (const { secret } of [second, other]) expect([...access.callerOfToken(secret).roles]).toEqual([[firstWorkspace, 'admin']])
    nowMs += 86_400_001
    expect(() => access.callerOfToken(second.secret)).toThrow('the token was taken back')
  })

  beforeEach(firstAdmin)

  test.each([
    ['CI of orders (β)!', /^ci-of-orders-[A-Za-z0-9]{8}$/],
    ['订单', /^[A-Za-z0-9]{8}$/],
    [`${'x'.repeat(200)}`, /^x{40}-[A-Za-z0-9]{8}$/],
  ])('are known by what they are called: %s', async (title, id) => {
    const token = await access.workspaces.createToken(firstWorkspace, { title, role: 'viewer', daysValid: null }, 'ada')
    expect(token.id).toMatch(id)
  })

  test('are good for one workspace and one role, until they end', async () => {
    const { id, secret } = await access.workspaces.createToken(firstWorkspace, { title: 'ci', role: 'operator', daysValid: 1 }, 'ada')
    await access.workspaces.create('sales', 'Sales', 'ada')
    const caller = access.callerOfToken(secret)
    expect(caller).toMatchObject({ name: `token:${id}`, isServerAdmin: false, csrfToken: null })
    expect([...caller.roles]).toEqual([[firstWorkspace, 'operator']])
    nowMs += 86_400_000
    expect(() => access.callerOfToken(secret)).toThrow('the token was taken back')
  })

  test('end when they are taken back, after a restart too', async () => {
    const { id, secret } = await access.workspaces.createToken(firstWorkspace, { title: 'ci', role: 'viewer', daysValid: null }, 'ada')
    expect((await Access.open(store, clock)).callerOfToken(secret).displayName).toBe('ci')
    await access.workspaces.removeToken(firstWorkspace, id, 'ada')
    expect(() => access.callerOfToken(secret)).toThrow('the token was taken back')
    const later = await Access.open(store, clock)
    expect(() => later.callerOfToken(secret)).toThrow('the token was taken back')
  })
})

test('no secret is kept as it is', async () => {
  await firstAdmin()
  const key = await person('bob')
  const { secret } = await access.workspaces.createToken(firstWorkspace, { title: 'ci', role: 'viewer', daysValid: null }, 'ada')
  const kinds = ['user', 'credential', 'browser-session', 'sign-in-link', 'workspace', 'membership', 'service-token']
  const kept = await Promise.all(kinds.map((name) => store.list({ name, keepsVersions: false }, { workspace: null, limit: 100 })))
  const text = JSON.stringify(kept)
  expect(kept.flat().length).toBeGreaterThan(5)
  for (const hidden of [password, key, secret]) expect(text).not.toContain(hidden)
})

test('a password is checked against its hash, and a damaged hash is no password', async () => {
  const hash = await hashPassword(password)
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(await hashPassword(password)).not.toBe(hash)
  expect(await isPassword(password, hash)).toBe(true)
  expect(await isPassword(`${password}.`, hash)).toBe(false)
  expect(await isPassword(password, hash.slice(0, -3))).toBe(false)
  expect(await isPassword(password, null)).toBe(false)
  expect(await isPassword('Ａ long password', await hashPassword('A long password'))).toBe(true)
})
