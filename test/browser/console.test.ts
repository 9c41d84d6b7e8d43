/** The console as people meet it, in a real browser, over made-up data and much of it. */
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../system/ports.fixture.ts'
import { serveFixture } from './fixture-server.ts'
import { desktop, findBarriers, type Look, openBrowser, phone, type View } from './open-browser.ts'

const port = await freePort()
const origin = `http://127.0.0.1:${port}`

let browser: Awaited<ReturnType<typeof openBrowser>>
let server: ReturnType<typeof serveFixture>

beforeAll(async () => {
  server = serveFixture(port)
  browser = await openBrowser()
})

afterAll(async () => {
  await browser.close()
  server.close()
})

async function visit(address: string, view: View = desktop): Promise<Look> {
  const look = await browser.look(view)
  await look.page.goto(origin + address)
  await look.page.locator('h1').first().waitFor({ state: 'attached' })
  return look
}

/** Opens the SQL page on a text that was kept, and runs it by the keys that people use. */
async function visitAndRun(sql: string): Promise<Look> {
  const look = await browser.look(desktop)
  const { page } = look
  const tabs = JSON.stringify([{ id: 'one', title: 'Query 1', text: sql }])
  await page.addInitScript(
    `localStorage.getItem('millrace.sql.main') ?? localStorage.setItem('millrace.sql.main', ${JSON.stringify(tabs)})`,
  )
  await page.goto(`${origin}/w/main/sql`)
  await page.getByRole('textbox', { name: 'SQL editor' }).click()
  await page.keyboard.press('Control+Enter')
  return look
}

/** Counts the frames of four seconds, in the page: how many a second, and the longest. */
const countFrames = `new Promise((resolve) => {
  const times = []
  const count = (at) => {
    times.push(at)
    if (at - times[0] < 4000) requestAnimationFrame(count)
    else resolve({ frames: times.length / 4, longest: Math.max(...times.slice(1).map((time, index) => time - times[index])) })
  }
  requestAnimationFrame(count)
})`

const pages = [
  ['/w/main/jobs', 'enrich-orders-0'],
  ['/w/main/jobs/job-6', 'DATA_CAST_REFUSED'],
  ['/w/main/jobs/job-0/topology?vertex=e', 'Rows come by'],
  ['/w/main/jobs/job-0/metrics', 'Records in'],
  ['/w/main/jobs/job-0/savepoints', 's3://lake/savepoints/s1'],
  ['/w/main/jobs/job-6/versions', 'Roll back to this'],
  ['/w/main/jobs/job-0/logs', 'checkpoint 2999'],
  ['/w/main/jobs/job-6/settings', 'Give up after failures'],
  ['/w/main/jobs/new', 'It starts when you start it'],
  ['/w/main/sql', 'CREATE TEMPORARY TABLE orders'],
  ['/w/main/notebooks', 'Notebook 7'],
  ['/w/main/notebooks/n2', 'Delays'],
  ['/w/main/settings', 'Grace Hopper'],
  ['/w/main/settings/tokens', 'deploys from CI'],
  ['/w/main/settings/secrets', '${secret:shop-db}'],
  ['/w/main/settings/audit', 'job-7'],
  ['/people', 'Grace Hopper'],
  ['/account', 'Current password'],
  ['/sign-in', 'Password'],
  ['/welcome#link=abc', 'At least 10 characters'],
] as const

const views: readonly (readonly [string, View])[] = [
  ['in light colours', desktop],
  ['in dark colours', { ...desktop, scheme: 'dark' }],
  ['on a phone', phone],
]

describe.each(views)('every page %s', (_, view) => {
  test.each(pages)('%s keeps to its policy, has no barriers and fits', async (address, text) => {
    const look = await visit(address, view)
    await look.page.getByText(text).first().waitFor({ state: 'attached' })
    expect(await findBarriers(look.page)).toEqual([])
    expect(await look.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(look.troubles).toEqual([])
    await look.close()
  })
})

describe('jobs', () => {
  test('three thousand are one list, of which only what is in sight is drawn', async () => {
    const look = await visit('/w/main/jobs')
    const { page } = look
    await page.getByText('enrich-orders-0').waitFor()
    const section = page.getByRole('region', { name: 'Jobs' })
    await section.evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await page.getByText('mirror-sessions-2999').waitFor()
    expect(await page.locator('tbody tr').count()).toBeLessThan(60)
    expect(look.troubles).toEqual([])
    await look.close()
  })

  test('filters stand in the address, and an address opens with its filters', async () => {
    const look = await visit('/w/main/jobs')
    const { page } = look
    await page.getByRole('button', { name: /^Failed/ }).click()
    await page.waitForURL('**/jobs?state=failed')
    await page.getByRole('searchbox').fill('clicks')
    await page.waitForURL('**search=clicks**')
    await page.reload()
    await expect.poll(() => page.getByRole('searchbox').inputValue()).toBe('clicks')
    await expect.poll(() => page.getByRole('status').first().textContent()).toMatch(/jobs?$/)
    await look.close()
  })

  test('a state that nobody can see is the last known one, not a failure', async () => {
    const look = await visit('/w/main/jobs?evidence=unreachable')
    const row = look.page.locator('tbody tr', { hasText: 'score-returns-5' })
    await row.waitFor()
    expect(await row.textContent()).toMatch(/Running.*last known \d+m ago/)
    await look.close()
  })

  test('a double click asks for a change once', async () => {
    const look = await visit('/w/main/jobs/job-0')
    const { page } = look
    const asked: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') asked.push(new URL(request.url()).pathname)
    })
    await page.getByRole('button', { name: 'Restart', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Restart', exact: true }).dblclick()
    await page.getByRole('dialog').getByText('API_NOT_FOUND').waitFor()
    expect(asked).toEqual(['/api/v1/workspaces/main/jobs/job-0/restart'])
    await look.close()
  })

  test('on a phone the open tab of a job is in sight, and so is the button of a page', async () => {
    const look = await visit('/w/main/jobs/job-6/settings', phone)
    const { page } = look
    const tab = page.getByRole('navigation', { name: 'Parts of the job' }).getByRole('link', { name: 'Settings' })
    await expect.poll(async () => ((await tab.boundingBox())?.x ?? 1000) < phone.width - 40).toBe(true)
    await page.goto(`${origin}/w/main/jobs`)
    const button = await page
      .getByRole('link', { name: 'New job' })
      .or(page.getByRole('button', { name: 'New job' }))
      .boundingBox()
    expect((button?.x ?? 0) + (button?.width ?? 0)).toBeGreaterThan(phone.width - 20)
    await look.close()
  })

  test('names with markup stay texts', async () => {
    const look = await visit('/w/main/jobs')
    let alerts = 0
    look.page.on('dialog', (dialog) => {
      alerts++
      void dialog.dismiss()
    })
    await look.page.getByText('<script>alert("orders")</script>').click()
    await look.page.getByRole('heading', { name: '<script>alert("orders")</script>' }).waitFor()
    expect(alerts).toBe(0)
    await look.close()
  })

  test('a new version that drops state is taken only when that is accepted', async () => {
    const look = await visit('/w/main/jobs/job-6/versions')
    const { page } = look
    await page.getByRole('button', { name: 'Roll back to this' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('It sums another window.').waitFor()
    const button = dialog.getByRole('button', { name: 'Roll back to this' })
    expect(await button.isDisabled()).toBe(true)
    await dialog.getByText('1 operator would lose its state: 8.6 MiB in all.').waitFor()
    const parts = dialog.getByRole('listitem')
    expect(await parts.first().innerText()).toMatch(
      /^Dropped\s+aggregate\s+8\.6 MiB · 12,000 entries\s.*\s+SUM\(p\.amount\) … GROUP BY o\.city\s+line 2, column 8 of the version before$/,
    )
    const long = parts.filter({ hasText: 'view sums' })
    expect(await long.innerText()).not.toContain('o.placed_at')
    await long.getByRole('button', { name: 'Show all of it' }).click()
    expect(await long.innerText()).toContain('ORDER BY o.placed_at)')
    await dialog.getByText('Drop this state').click()
    expect(await button.isDisabled()).toBe(false)
    await look.close()
  })

  test('a start from a savepoint shows what becomes of its state', async () => {
    const look = await visit('/w/main/jobs/job-6')
    const { page } = look
    const verb = page.getByRole('button', { name: /^(?:Start|Restart)$/ })
    await verb.first().click()
    const dialog = page.getByRole('dialog')
    const button = dialog.getByRole('button', { name: /^(?:Start|Restart)$/ })
    expect(await dialog.getByText('It sums another window.').count()).toBe(0)
    await dialog.getByText(/^The savepoint of /).click()
    await dialog.getByText('It sums another window.').waitFor()
    expect(await button.isDisabled()).toBe(true)
    await dialog.getByText('Start even if some state no longer fits').click()
    expect(await button.isDisabled()).toBe(false)
    await look.close()
  })
})

describe('the SQL page', () => {
  test('shows where a statement fails, and goes there', async () => {
    const look = await visitAndRun('SELECT *\nFROM nowhere')
    await look.page.getByText('SQL_TABLE_NOT_FOUND').waitFor()
    await look.page.getByRole('button', { name: 'Line 2, column 6' }).click()
    expect(await look.page.getByText('Create it first').count()).toBe(1)
    await look.close()
  })

  test('five thousand changes a second keep a steady frame rate and bounded memory', async () => {
    const look = await visitAndRun('SELECT * FROM orders_fast')
    await look.page.getByText('changes').first().waitFor()
    const { frames, longest } = await look.page.evaluate<{ frames: number; longest: number }>(countFrames)
    // A machine that does other work beside this is slow; a page that draws every row would not reach two frames.
    expect(frames).toBeGreaterThan(10)
    expect(longest).toBeLessThan(2000)
    await expect.poll(() => look.page.getByText(/older rows are not kept/).count()).toBe(1)
    expect(await look.page.locator('tbody tr').count()).toBeLessThan(60)
    expect(look.troubles).toEqual([])
    await look.close()
  })

  test('what has ended cannot be paused', async () => {
    const look = await visitAndRun('SELECT * FROM orders_fast')
    const { page } = look
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText(/^Cancelled/).waitFor()
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0)
    await look.close()
  })

  test('a name in the editor tells what it is', async () => {
    const look = await visitAndRun('SELECT order_id FROM orders')
    const { page } = look
    const line = await page.locator('.cm-line').first().boundingBox()
    // Within the second word.
    await page.mouse.move((line?.x ?? 0) + 90, (line?.y ?? 0) + 10)
    await page.locator('.sql-explanation').getByText('BIGINT').waitFor()
    expect(look.troubles).toEqual([])
    await look.close()
  })

  test('a query is saved as a notebook', async () => {
    const look = await visitAndRun('SELECT order_id FROM orders -- saved')
    const { page } = look
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Save as notebook' }).click()
    await page.getByRole('region', { name: 'Cell 1, SQL', exact: true }).getByText('-- saved').waitFor()
    expect(await page.getByLabel('Title').inputValue()).toBe('Query 1')
    expect(look.troubles).toEqual([])
    await look.close()
  })

  test('tabs are kept', async () => {
    const look = await visit('/w/main/sql')
    await look.page.getByRole('button', { name: 'New query' }).click()
    await look.page.getByRole('button', { name: 'Query 2', exact: true }).waitFor()
    await look.page.reload()
    await look.page.getByRole('button', { name: 'Query 2', exact: true }).waitFor()
    expect(look.troubles).toEqual([])
    await look.close()
  })
})

describe('the history of the SQL page', () => {
  test('has a run from its beginning, also of a page that is left before its end', async () => {
    const look = await visitAndRun('SELECT * FROM orders_fast')
    const { page } = look
    await page.locator('tbody tr').first().waitFor()
    await page.getByRole('tab', { name: 'History' }).click()
    const entry = page.getByRole('button', { name: /SELECT \* FROM orders_fast/ })
    await entry.waitFor()
    await page.reload()
    await entry.waitFor()
    expect(await entry.count()).toBe(1)
    expect(look.troubles).toEqual([])
    await look.close()
  })
})

describe('the way in', () => {
  test('who is not signed in comes back to the page that was asked for', async () => {
    server.fixture.isSignedIn = false
    const look = await visit('/w/main/settings/tokens')
    const { page } = look
    await page.waitForURL('**/sign-in?to=**')
    await page.getByLabel('Name').fill('ada')
    await page.getByRole('textbox', { name: 'Password' }).fill('a wrong password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('ACCESS_SIGN_IN_REFUSED').waitFor()
    await page.getByRole('textbox', { name: 'Password' }).fill('a long password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/w/main/settings/tokens')
    expect(look.troubles).toEqual([])
    await look.close()
  })

  test('a server that goes is told with its age, and its return needs nobody', async () => {
    const look = await visit('/w/main/jobs')
    await look.page.getByText('enrich-orders-0').waitFor()
    await look.page.route('**/api/**', (route) => route.abort())
    await look.page.getByText(/The server has not answered for \d+s/).waitFor()
    await look.page.unroute('**/api/**')
    await look.page.getByText(/The server has not answered/).waitFor({ state: 'detached' })
    expect(await look.page.getByText('enrich-orders-0').count()).toBe(1)
    await look.close()
  })

  test('the language is the one of the browser', async () => {
    const look = await visit('/w/main/jobs', { ...desktop, locale: 'zh-CN' })
    await look.page.getByRole('heading', { name: '作业' }).waitFor()
    expect(await look.page.evaluate('document.documentElement.lang')).toBe('zh-CN')
    await look.close()
  })
})

describe('parts of the console that are gone', () => {
  test('make the page load anew where the server has another console', async () => {
    const look = await visit('/w/main/jobs')
    const { page } = look
    await page.getByText('enrich-orders-0').waitFor()
    await page.route('**/assets/*', (route) => route.fulfill({ status: 404, body: '' }))
    await page.route(`${origin}/`, async (route) => {
      await page.unroute('**/assets/*')
      await route.fulfill({ contentType: 'text/html', body: '<script type="module" src="/assets/index-newer.js"></script>' })
    })
    await page.getByRole('link', { name: 'Alerts' }).click()
    await page.getByRole('link', { name: 'Rules' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/w/main/alerts')
    await look.close()
  })

  test('are told of where it has none', async () => {
    const look = await visit('/w/main/jobs')
    const { page } = look
    await page.getByText('enrich-orders-0').waitFor()
    await page.route('**/assets/*', (route) => route.abort())
    await page.route(`${origin}/`, (route) => route.abort())
    await page.getByRole('link', { name: 'Alerts' }).click()
    await page.getByText('WEB_PART_MISSING').waitFor()
    await page.unroute('**/assets/*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('link', { name: 'Rules' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/w/main/alerts')
    await look.close()
  })
})

test('the first page is loaded with less than 400 KB', async () => {
  const look = await browser.look(desktop)
  const sizes: Promise<number>[] = []
  look.page.on('response', (response) => {
    if (/\.(?:js|css|svg)$/.test(response.url())) sizes.push(response.body().then((body) => gzipSync(body).length))
  })
  await look.page.goto(`${origin}/w/main/jobs`)
  await look.page.getByText('enrich-orders-0').waitFor()
  const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
  expect(total).toBeGreaterThan(50_000)
  expect(total).toBeLessThan(400_000)
  await look.close()
})
