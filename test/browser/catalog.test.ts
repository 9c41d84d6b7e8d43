/** The catalog as people browse it, in a real browser, over a thousand tables and names with markup. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { desktop, findBarriers, phone, type View } from './open-browser.ts'
import { type Console, openConsole } from './open-console.ts'

const orders = '/w/main/catalog/table:default_catalog:default_database:orders'
const kafka = '/w/main/catalog/connection:default_catalog:default_database:kafka'

let site: Console

beforeAll(async () => {
  site = await openConsole()
})
afterAll(() => site.close())

const pages = [
  ['/w/main/catalog', 'paid_orders'],
  ['/w/main/catalog?catalog=lake&database=raw', 'events_0099'],
  ['/w/main/catalog?search=nothing-like-it', 'Nothing matches'],
  [orders, 'enrich-orders-0'],
  [`${orders}?view=rows`, 'Read rows'],
  [`${orders}?view=lineage`, 'There is more beyond the edge'],
  [`${orders}?view=versions`, 'What changed'],
  [kafka, 'Tables that use it'],
  ['/w/main/catalog?kind=connection', 'Make a connection'],
  ['/w/main/catalog?kind=connection&catalog=lake&database=raw', 'No connections yet'],
] as const

const views: readonly (readonly [string, View])[] = [
  ['in light colours', desktop],
  ['in dark colours', { ...desktop, scheme: 'dark' }],
  ['on a phone', phone],
]

test('what is anywhere in the catalog is found from every page', async () => {
  const look = await site.visit('/w/main/jobs')
  await look.page.keyboard.press('Control+k')
  await look.page.keyboard.type('paid_orders')
  await look.page
    .getByRole('dialog')
    .getByRole('button', { name: /paid_orders/ })
    .click()
  await look.page.waitForURL(/catalog\/.*paid_orders/)
  expect(look.troubles).toEqual([])
  await look.close()
})

test('on a phone names are read from left to right', async () => {
  const look = await site.visit('/w/main/catalog', phone)
  const box = await look.page.getByRole('main').getByRole('link', { name: 'paid_orders' }).boundingBox()
  expect(box?.height).toBeLessThan(40)
  await look.close()
})

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

test('a thousand tables come page by page, in the list and in the tree', async () => {
  const look = await site.visit('/w/main/catalog?catalog=lake&database=raw')
  const { page } = look
  const rows = page.locator('tbody tr')
  await page.getByText('1000 entries').waitFor()
  expect(await rows.count()).toBe(100)
  await page.getByRole('main').getByRole('button', { name: 'Show more' }).last().click()
  await expect.poll(() => rows.count()).toBe(200)
  await page.getByRole('searchbox').fill('events_0777')
  await page.waitForURL('**search=events_0777**')
  await expect.poll(() => rows.count()).toBe(1)
  await look.close()
})

test('a connection names its tables, a table its connection, and both lead to the other', async () => {
  const look = await site.visit(kafka)
  const { page } = look
  const views = page.getByRole('navigation', { name: 'Views of it' })
  expect(await views.getByRole('link').allTextContents()).toEqual(['Overview', 'Versions'])
  await page.getByRole('cell', { name: '${secret:kafka-login}' }).waitFor()
  await page.getByTitle('default_catalog.default_database.orders').click()
  await page.getByRole('heading', { name: 'orders' }).waitFor()
  await page.getByTitle('default_catalog.default_database.kafka').click()
  await page.getByRole('button', { name: 'Change in SQL' }).click()
  await page.getByText('ALTER CONNECTION default_catalog.default_database.kafka SET (').waitFor()
  expect(look.troubles).toEqual([])
  await look.close()
})

test('names with markup stay texts, wherever they stand', async () => {
  const look = await site.visit(orders)
  const { page } = look
  let alerts = 0
  page.on('dialog', (dialog) => {
    alerts++
    void dialog.dismiss()
  })
  await page.getByRole('link', { name: '<script>alert("orders")</script>' }).waitFor()
  await page.getByRole('navigation', { name: 'Catalogs and databases' }).getByText('<img src=x onerror=alert(1)>').click()
  await page.getByRole('heading', { name: '<img src=x onerror=alert(1)>' }).waitFor()
  await page.getByRole('link', { name: 'Lineage' }).click()
  await page.locator('.react-flow__node').first().waitFor()
  expect([alerts, await page.locator('main img').count()]).toEqual([0, 0])
  expect(look.troubles).toEqual([])
  await look.close()
})

test('lineage leads to the pages of jobs and tables', async () => {
  const look = await site.visit(`${orders}?view=lineage&depth=5`)
  const { page } = look
  await page
    .locator('.react-flow__node')
    .getByRole('link', { name: /paid_orders/ })
    .waitFor()
  await page
    .locator('.react-flow__node')
    .getByRole('link', { name: /enrich-orders-0/ })
    .click()
  await page.waitForURL('**/jobs/job-0')
  expect(look.troubles).toEqual([])
  await look.close()
})

test('rows are read when asked for, and reading can be stopped', async () => {
  const look = await site.visit(`${orders}?view=rows`)
  const { page } = look
  await page.getByRole('button', { name: 'Read rows' }).click()
  await page.getByRole('columnheader', { name: 'amount' }).waitFor()
  await page.getByText('SELECT * FROM default_catalog.default_database.orders LIMIT 50').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  expect(look.troubles).toEqual([])
  await look.close()
})

test('dropping names who uses it first', async () => {
  const look = await site.visit(orders)
  const { page } = look
  await page.getByRole('button', { name: 'Drop' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('enrich-orders-0').waitFor()
  await dialog.getByText('large_orders').waitFor()
  await dialog.getByText('DROP TABLE default_catalog.default_database.orders').waitFor()
  await dialog.getByRole('button', { name: 'Drop' }).click()
  await page.waitForURL('**/w/main/catalog?catalog=default_catalog&database=default_database')
  expect(look.troubles).toEqual([])
  await look.close()
})

test('a table opens in the workspace for SQL, once', async () => {
  const look = await site.visit(orders)
  const { page } = look
  await page.getByRole('button', { name: 'Open in SQL' }).click()
  await page.waitForURL('**/sql?tab=**')
  const first = page.url()
  await page.goBack()
  await page.getByRole('button', { name: 'Open in SQL' }).click()
  await page.waitForURL('**/sql?tab=**')
  expect(page.url()).toBe(first)
  await look.close()
})

test('versions are compared line by line', async () => {
  const look = await site.visit(`${orders}?view=versions&from=1&to=3`)
  await look.page.locator('td[data-change="new"]', { hasText: 'city STRING' }).waitFor()
  expect(look.troubles).toEqual([])
  await look.close()
})
