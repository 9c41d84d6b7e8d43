/** The past of a job: charts, what happened meanwhile, and the topology at a moment. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { desktop, findBarriers, phone, type View } from './open-browser.ts'
import { type Console, openConsole } from './open-console.ts'

let site: Console

beforeAll(async () => {
  site = await openConsole()
})
afterAll(() => site.close())

const views: readonly (readonly [string, View])[] = [
  ['in light colours', desktop],
  ['in dark colours', { ...desktop, scheme: 'dark' }],
  ['on a phone', phone],
]

test.each(views)('metrics and the moment of a topology have no barriers and fit %s', async (_, view) => {
  for (const [address, text] of [
    ['/w/main/jobs/job-0/metrics?range=24h', 'Duration of checkpoints'],
    [`/w/main/jobs/job-0/topology?at=${Date.now() - 900_000}`, 'Back to now'],
  ] as const) {
    const look = await site.visit(address, view)
    await look.page.getByText(text).first().waitFor()
    expect(await findBarriers(look.page)).toEqual([])
    expect(await look.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(look.troubles).toEqual([])
    await look.close()
  }
})

test('a stretch of the past is chosen, stands in the address, and is asked for in as many steps', async () => {
  const look = await site.visit('/w/main/jobs/job-0/metrics')
  const { page } = look
  const asked = page.waitForRequest((request) => request.url().includes('/series?') && request.url().includes('stepMs=1800000'))
  await page.getByText('7 d', { exact: true }).click()
  await page.waitForURL('**range=7d**')
  const query = new URL((await asked).url()).searchParams
  expect(Number(query.get('to')) - Number(query.get('from'))).toBe(7 * 86_400_000)
  await page.getByText('What happened meanwhile').waitFor()
  await page.getByText('New version').first().waitFor()
  await look.close()
})

test('a job without measurements says so', async () => {
  const look = await site.visit('/w/main/jobs/job-0/metrics')
  await look.page.route('**/series?**', (route) => route.fulfill({ json: { stepMs: 5000, times: [], series: [] } }))
  await look.page.reload()
  await look.page.getByText('Nothing was measured in this time').waitFor()
  expect(look.troubles).toEqual([])
  await look.close()
})

test.each(views)('the partition that holds the watermark back is named %s, on both pages', async (_, view) => {
  const sentence = 'orders-7 holds the watermark back: 12 m 31 s behind the newest partition.'
  for (const [address, region] of [
    ['/w/main/jobs/job-0/metrics', 'main'],
    ['/w/main/jobs/job-0/topology?vertex=a', 'complementary'],
  ] as const) {
    const look = await site.visit(address, view)
    const { page } = look
    await page.getByRole(region).getByText(sentence).waitFor()
    const table = page.getByRole('region', { name: 'Partitions: orders' })
    expect((await table.boundingBox())?.height).toBeGreaterThan(300)
    expect(await table.getByRole('row').nth(1).innerText()).toMatch(/^orders-7\s+active\s+12 m 31 s\s+0\s+31007\s+31007/)
    expect(await table.getByRole('row').last().innerText()).toMatch(/^orders-0\s+idle/)
    expect(await findBarriers(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(look.troubles).toEqual([])
    await look.close()
  }
})

test('of a source without partitions, as on Flink, and of the past nothing is said of partitions', async () => {
  for (const [search, name] of [
    ['vertex=b', 'payments'],
    [`vertex=a&at=${Date.now() - 600_000}`, 'orders'],
  ] as const) {
    const look = await site.visit(`/w/main/jobs/job-0/topology?${search}`)
    const panel = look.page.getByRole('complementary', { name })
    await panel.getByText('Held back').waitFor()
    // Of the past nothing is asked; else it is asked again and again.
    if (name === 'payments') await look.page.waitForResponse('**/partitions')
    expect(await panel.getByRole('heading').allInnerTexts()).toEqual([name])
    expect(await panel.getByText('holds the watermark back').count()).toBe(0)
    await look.close()
  }
})

test('one operator after another is picked, by the pointer and by keys', async () => {
  const look = await site.visit('/w/main/jobs/job-0/topology')
  const { page } = look
  const operators = page.locator('.react-flow__node')
  for (const [at, id] of [
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
    [0, 'a'],
  ] as const) {
    await operators.nth(at).click()
    await page.waitForURL(`**/topology?vertex=${id}`)
    await page.getByRole('complementary').getByRole('button', { name: 'Close' }).waitFor()
  }
  await operators.nth(1).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/topology?vertex=b')
  expect(look.troubles).toEqual([])
  await look.close()
})

test('the topology goes back in time by keys, shows what was then, and comes back', async () => {
  const look = await site.visit('/w/main/jobs/job-0/topology?range=15m')
  const { page } = look
  const slider = page.getByRole('slider', { name: 'Moment that is shown' })
  await slider.focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await page.waitForURL('**at=**')
  expect(await slider.getAttribute('aria-valuetext')).toMatch(/^\d\d:\d\d:\d\d$/)
  await page.locator('.react-flow__node').filter({ hasText: 'join' }).click()
  await page.getByRole('complementary', { name: 'join' }).getByText('Held back').waitFor()
  await page.getByRole('button', { name: 'Back to now' }).click()
  await page.waitForURL((url) => !url.searchParams.has('at'))
  expect(await slider.getAttribute('aria-valuetext')).toBe('Now')
  expect(look.troubles).toEqual([])
  await look.close()
})
