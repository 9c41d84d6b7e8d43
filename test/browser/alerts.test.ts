/** Alerts, rules and channels, in a real browser. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAlertBook } from './fixture-alerts.ts'
import { desktop, findBarriers, phone, type View } from './open-browser.ts'
import { type Console, openConsole } from './open-console.ts'

let site: Console

beforeAll(async () => {
  site = await openConsole()
})
afterAll(() => site.close())

const pages = [
  ['/w/main/alerts', 'enrich-orders-0'],
  ['/w/main/alerts/history', 'Resolved'],
  ['/w/main/alerts/rules', 'A job has failed'],
  ['/w/main/alerts/rules?rule=r2', 'Watermark lag'],
  ['/w/main/alerts/channels', 'The last 4 tries failed:'],
  ['/w/main/alerts/channels?channel=c2', 'Mail server'],
] as const

const views: readonly (readonly [string, View])[] = [
  ['in light colours', desktop],
  ['in dark colours', { ...desktop, scheme: 'dark' }],
  ['on a phone', phone],
]

describe.each(views)('every page %s', (_, view) => {
  test.each(pages)('%s keeps to its policy, has no barriers and fits', async (address, text) => {
    const look = await site.visit(address, view)
    await look.page.getByText(text).first().waitFor({ state: 'attached' })
    expect(await findBarriers(look.page)).toEqual([])
    expect(await look.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(look.troubles).toEqual([])
    await look.close()
  })
})

test('what fires comes first, its count stands in the navigation, and the list has pages and filters', async () => {
  const look = await site.visit('/w/main/alerts')
  const { page } = look
  const items = page.locator('li[data-phase]')
  await page.getByRole('link', { name: 'Alerts 11 alerts fire' }).waitFor()
  await expect.poll(() => items.count()).toBe(100)
  expect(await items.first().getAttribute('data-phase')).toBe('firing')
  await page.getByRole('button', { name: 'Show more' }).click()
  await expect.poll(() => items.count()).toBe(140)
  await page.getByRole('button', { name: /^Pending/ }).click()
  await page.waitForURL('**phase=pending**')
  await expect.poll(() => items.count()).toBe(18)
  await look.close()
})

test('names with markup stay texts', async () => {
  const look = await site.visit('/w/main/alerts')
  const { page } = look
  await page.getByText('<img src=x onerror=alert(2)> & late').first().waitFor()
  await page.getByText('<script>alert("orders")</script>').first().waitFor()
  expect(await page.locator('main img').count()).toBe(0)
  expect(look.troubles).toEqual([])
  await look.close()
})

test('a rule is made by its form, tried, switched off, and opens by its address', async () => {
  const look = await site.visit('/w/main/alerts/rules?rule=new')
  const { page } = look
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Rows wait')
  await dialog.getByRole('combobox', { name: 'Fires when' }).click()
  await page.getByRole('option', { name: 'a metric is above or below' }).click()
  await dialog.getByRole('combobox', { name: 'Metric' }).click()
  await page.getByRole('option', { name: 'Rows not read yet' }).click()
  await dialog.getByLabel('Threshold').fill('5000')
  await dialog.getByRole('button', { name: 'Try' }).click()
  await dialog.getByText('It holds for 2 jobs, not for 2997; 0 lie between, and of 1 nobody knows.').waitFor()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Rows not read yet above 5.00k').waitFor()
  expect(site.server.fixture.alerts.rules.at(-1)?.spec).toMatchObject({
    name: 'Rows wait',
    condition: { kind: 'metric', metric: 'jobPendingRecords', is: 'above', threshold: 5000, clearsAt: null },
  })
  await page.getByRole('switch', { name: 'A job has failed is active' }).click({ force: true })
  await expect.poll(() => site.server.fixture.alerts.rules[0]?.spec).toMatchObject({ isActive: false })
  await look.close()
})

test('an alert is silenced for a time', async () => {
  const look = await site.visit('/w/main/alerts')
  const { page } = look
  await page.getByText('it is being mended').waitFor()
  await page.getByRole('button', { name: 'Silence' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Why').fill('known')
  const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/alert-silences'))
  await dialog.getByRole('button', { name: 'Silence' }).click()
  const body = (await sent).postDataJSON() as { from: number; until: number }
  expect(body).toMatchObject({ rule: 'r1', job: 'job-0', comment: 'known' })
  expect(body.until - body.from).toBe(3_600_000)
  await dialog.waitFor({ state: 'detached' })
  await look.close()
})

test('a secret of a channel is named, and never typed', async () => {
  const look = await site.visit('/w/main/alerts/channels?channel=new')
  const { page } = look
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('hook')
  await dialog.getByLabel('Address').fill('https://hooks.example.org/x')
  await dialog.getByLabel('Key for signing').fill('hook-key')
  const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/alert-channels'))
  await dialog.getByRole('button', { name: 'Save' }).click()
  expect((await sent).postDataJSON()).toMatchObject({ target: { kind: 'webhook', secret: '${secret:hook-key}' } })
  await look.close()
})

test('where nobody watches the page teaches how to begin', async () => {
  const { fixture } = site.server
  const { rules } = fixture.alerts
  fixture.alerts.rules = makeAlertBook(true).rules
  const look = await site.visit('/w/main/alerts')
  await look.page.getByText('Nobody watches yet').waitFor()
  expect(await findBarriers(look.page)).toEqual([])
  await look.page.getByRole('button', { name: 'Begin with ten rules' }).click()
  await look.page.getByText('enrich-orders-0').first().waitFor()
  fixture.alerts.rules = rules
  await look.close()
})

test('a job shows its own alerts', async () => {
  const look = await site.visit('/w/main/jobs/job-6')
  await look.page.getByRole('heading', { name: 'Alerts' }).waitFor()
  await look.page.getByRole('main').getByText('A job has failed').waitFor()
  expect(look.troubles).toEqual([])
  await look.close()
})
