/** The console as people meet it, over the real server and its engine: nothing here is made up. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyScript, LiveServer, specOf } from './live-server.fixture.ts'
import { desktop, type Look, openBrowser } from './open-browser.ts'

const password = 'correct horse battery'
/** For what is looked at again and again until it is so. */
const patient = { timeout: 60_000 }
const hostileName = '<img src=x onerror="alert(1)">'

let server: LiveServer
let browser: Awaited<ReturnType<typeof openBrowser>>
/** The page of the first administrator, who stays signed in. */
let ada: Look

beforeAll(async () => {
  server = await LiveServer.create()
  const names = Array.from({ length: 3000 }, (_, number) => `copy ${number}`)
  await server.makeJobs([...names.map((name) => specOf(name, { folder: 'copies' })), specOf(hostileName)])
  await server.start()
  browser = await openBrowser()
  ada = await browser.look(desktop)
})

afterAll(async () => {
  await browser?.close()
  await server?.remove()
})

/** Does what a person's page does, with its cookie. */
async function ask(page: Page, method: string, place: string, body?: unknown): Promise<unknown> {
  const sent = body === undefined ? null : JSON.stringify(body)
  const script = `(async () => {
    const me = await (await fetch('/api/v1/me')).json()
    const type = ${sent === null ? '{}' : "{ 'content-type': 'application/json' }"}
    const reply = await fetch(${JSON.stringify(`/api/v1${place}`)}, {
      method: ${JSON.stringify(method)},
      headers: { 'x-millrace-csrf': me.csrfToken, ...type },
      body: ${JSON.stringify(sent)} ?? undefined,
    })
    if (!reply.ok) throw new Error(await reply.text())
    return reply.status === 204 ? null : reply.json()
  })()`
  return page.evaluate(script)
}

/** Makes a job, starts it, and opens its page. */
async function startJob(page: Page, name: string): Promise<string> {
  const { id } = (await ask(page, 'POST', '/workspaces/main/jobs', specOf(name))) as { readonly id: string }
  await ask(page, 'POST', `/workspaces/main/jobs/${id}/start`, {})
  await page.goto(`${server.origin}/w/main/jobs/${id}`)
  await page
    .getByText(/Running.*seen/)
    .first()
    .waitFor()
  return id
}

/** Opens the SQL page with one text in it. */
async function openSql(page: Page, text: string): Promise<void> {
  const tabs = JSON.stringify([{ id: 'one', title: 'Query 1', text }])
  await page.goto(`${server.origin}/w/main/jobs`)
  await page.evaluate(`localStorage.setItem('millrace.sql.main', ${JSON.stringify(tabs)})`)
  await page.goto(`${server.origin}/w/main/sql`)
  await page.getByRole('textbox', { name: 'SQL editor' }).click()
}

async function runAll(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Run everything' }).click()
}

/** Presses a button of the page, and the one of the same name in the dialog that asks. */
async function doAndConfirm(page: Page, action: string): Promise<void> {
  await page.getByRole('button', { name: action, exact: true }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

function tab(page: Page, name: string) {
  return page.getByRole('navigation', { name: 'Parts of the job' }).getByRole('link', { name })
}

test('the first administrator comes by the link that the server prints, and sees three thousand jobs', async () => {
  const { page } = ada
  await page.goto(await server.welcome())
  await page.getByLabel('Name', { exact: true }).fill('ada')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Create the administrator' }).click()
  await page.waitForURL('**/w/main/jobs')
  await page.getByText('3001 jobs').or(page.getByText('3,001 jobs')).waitFor()
  expect(await page.locator('tbody tr').count()).toBeLessThan(60)
  await page.getByRole('searchbox').fill('copy 2718')
  await page.getByText('1 job', { exact: true }).waitFor()
  await page.getByRole('link', { name: 'copy 2718' }).click()
  await page.getByRole('heading', { name: 'copy 2718' }).waitFor()
  await page.getByText('The job has not run yet').waitFor()
})

test('a statement gives live rows, a chart, and a job that runs, logs, keeps a savepoint and stops', async () => {
  const { page } = ada
  await openSql(
    page,
    `CREATE TEMPORARY TABLE orders (region INT, amount DOUBLE) WITH ('connector' = 'datagen', 'rows-per-second' = '50',
  'fields.region.min' = '1', 'fields.region.max' = '8', 'fields.amount.min' = '1', 'fields.amount.max' = '100');
SELECT region, COUNT(*) AS orders, SUM(amount) AS total FROM orders GROUP BY region;`,
  )
  await runAll(page)
  const rows = page.locator('tbody tr')
  await expect.poll(() => rows.count(), patient).toBe(8)
  const before = await rows.allTextContents()
  await expect.poll(async () => (await rows.allTextContents()).join() === before.join(), patient).toBe(false)
  await page.getByRole('tab', { name: 'Chart' }).click()
  await page.locator('canvas').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText(/^Cancelled/).waitFor()

  await openSql(page, copyScript)
  await page.getByRole('button', { name: 'Keep as job' }).click()
  await page.getByLabel('Name', { exact: true }).fill('kept from a query')
  await page.getByRole('button', { name: 'New job' }).click()
  await page.getByRole('heading', { name: 'kept from a query' }).waitFor()
  await doAndConfirm(page, 'Start')
  await page
    .getByText(/Running.*seen.*by processes of this server/)
    .first()
    .waitFor()
  await tab(page, 'Topology').click()
  await page
    .getByText(/datagen|numbers/)
    .first()
    .waitFor()
  await tab(page, 'Logs').click()
  await page.getByRole('region', { name: 'Logs' }).getByRole('button').first().waitFor()
  await tab(page, 'Savepoints').click()
  await doAndConfirm(page, 'Take a savepoint')
  await page.getByRole('cell', { name: 'Completed' }).waitFor()
  await doAndConfirm(page, 'Stop')
  await page
    .getByText(/^Stopped/)
    .first()
    .waitFor()
  expect(ada.troubles).toEqual([])
})

test('a server that is killed under an open page is missed, and the page goes on with the job when it is back', async () => {
  const { page } = ada
  await startJob(page, 'survives')
  await page.getByText('run 1').first().waitFor()
  await server.kill()
  await page.getByText(/The server has not answered for \d+s/).waitFor()
  await server.start()
  await page.getByText(/The server has not answered/).waitFor({ state: 'detached' })
  await page.getByText('run 2').first().waitFor()
  await page
    .getByText(/Running.*seen/)
    .first()
    .waitFor()
  await doAndConfirm(page, 'Stop')
  await page
    .getByText(/^Stopped/)
    .first()
    .waitFor()
  expect(ada.troubles.filter((trouble) => !/ERR_|Failed to fetch|NetworkError/.test(trouble))).toEqual([])
})

test('a live cell goes on over a reload and over a server that is killed under the page, which says so', async () => {
  const { page } = ada
  const sql = (id: string, text: string) => ({ id, kind: 'sql', text, view: 'table', chart: null })
  const table = `CREATE TEMPORARY TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '9007199254740991')`
  const cells = [sql('made', table), sql('counted', 'SELECT COUNT(*) AS c, MAX(n) AS m FROM numbers')]
  const spec = { title: 'Goes on', folder: '', tags: [], variables: {}, cells }
  const { id } = (await ask(page, 'POST', '/workspaces/main/notebooks', spec)) as { readonly id: string }
  await page.goto(`${server.origin}/w/main/notebooks/${id}`)
  const counted = page.getByRole('region', { name: 'Cell 2, SQL', exact: true })
  const count = async (): Promise<number> => {
    const [c = '', m = ''] = await counted.locator('tbody tr').first().getByRole('cell').allTextContents()
    const [all, last] = [c, m].map((text) => Number(text.replaceAll(/\D/g, '')))
    // Whatever is shown is the state at one moment.
    expect(all).toBe(last)
    return all ?? 0
  }
  const shown = counted.locator('tbody tr').first()
  await page.getByRole('button', { name: 'Run all' }).click()
  await counted.getByText('Live', { exact: true }).waitFor()
  await expect.poll(count, patient).toBeGreaterThan(100)
  await page.reload()
  await counted.getByText('Live', { exact: true }).waitFor()
  await shown.waitFor()
  expect(await count()).toBeGreaterThan(100)
  await server.kill()
  await page.getByText(/The server has not answered for \d+s/).waitFor()
  await server.start()
  await counted.getByText(/started again at/).waitFor()
  await counted.getByText('Live', { exact: true }).waitFor()
  await page.getByText(/made a new session for the cells that run/).waitFor()
  await page.getByRole('region', { name: 'Cell 1, SQL', exact: true }).getByText('From before').waitFor()
  await expect.poll(count, patient).toBeGreaterThan(20)
  await counted.getByRole('button', { name: 'Stop cell 2' }).click()
  await counted.getByText('Stopped', { exact: true }).waitFor()
  // The session that the server has made is that of the notebook now.
  await page.getByRole('button', { name: 'Run cell 2' }).click()
  await counted.getByText('Live', { exact: true }).waitFor()
  await counted.getByRole('button', { name: 'Stop cell 2' }).click()
  await counted.getByText('Stopped', { exact: true }).waitFor()
  expect(ada.troubles.filter((trouble) => !/ERR_|Failed to fetch|NetworkError/.test(trouble))).toEqual([])
})

describe('two people at once', () => {
  test('one sees what the other does, and can do no more than the role allows', async () => {
    const link = (await ask(ada.page, 'POST', '/users', { name: 'ben', displayName: 'Ben', isServerAdmin: false })) as {
      readonly link: string
    }
    await ask(ada.page, 'PUT', '/workspaces/main/members/ben', { role: 'viewer' })
    const ben = await browser.look(desktop)
    await ben.page.goto(`${server.origin}/welcome#link=${link.link}`)
    await ben.page.getByLabel('New password').fill(password)
    await ben.page.getByRole('button', { name: 'Enter' }).click()
    await ben.page.waitForURL('**/w/main/jobs')
    const id = await startJob(ada.page, 'seen by two')
    await ben.page.goto(`${server.origin}/w/main/jobs/${id}`)
    await ben.page
      .getByText(/Running.*seen/)
      .first()
      .waitFor()
    expect(await ben.page.getByRole('button', { name: 'Stop', exact: true }).count()).toBe(0)
    await doAndConfirm(ada.page, 'Stop')
    await ben.page
      .getByText(/^Stopped/)
      .first()
      .waitFor()
    expect(ben.troubles).toEqual([])
    await ben.close()
  })
})

test('who is signed out elsewhere signs in again, and is back on the page', async () => {
  const look = await browser.look(desktop)
  const { page } = look
  const signIn = async (): Promise<void> => {
    await page.getByLabel('Name', { exact: true }).fill('ada')
    await page.getByRole('textbox', { name: 'Password' }).fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await page.goto(`${server.origin}/w/main/settings/tokens`)
  await page.waitForURL('**/sign-in?to=**')
  await signIn()
  await page.waitForURL('**/w/main/settings/tokens')
  await page.goto(`${server.origin}/w/main/settings/audit`)
  await page.getByRole('cell').first().waitFor()
  // Nothing tells the page: it hears of it with the next thing that it asks for.
  await ask(page, 'POST', '/sign-out')
  await page.getByRole('link', { name: 'Tokens' }).click()
  await page.waitForURL('**/sign-in?to=**')
  await signIn()
  await page.waitForURL('**/w/main/settings/tokens')
  expect(look.troubles).toEqual([])
  await look.close()
})

test('markup in names, rows, columns and errors stays text', async () => {
  const { page } = ada
  let alerts = 0
  page.on('dialog', (dialog) => {
    alerts++
    void dialog.dismiss()
  })
  await page.goto(`${server.origin}/w/main/jobs?search=onerror`)
  await page.getByRole('link', { name: hostileName }).click()
  await page.getByRole('heading', { name: hostileName }).waitFor()
  await openSql(page, `SELECT '<script>alert(2)</script>' AS \`<b>column</b>\`, '<svg onload=alert(3)>' AS plain;`)
  await runAll(page)
  await page.getByText('<script>alert(2)</script>').first().waitFor()
  await page.getByText('<b>column</b>').first().waitFor()
  await page.getByText('<svg onload=alert(3)>').first().waitFor()
  await openSql(page, 'SELECT * FROM `<img src=x onerror=alert(4)>`;')
  await runAll(page)
  await page
    .getByText(/table "<img src=x onerror=alert\(4\)>"/)
    .first()
    .waitFor()
  expect(alerts).toBe(0)
  expect(ada.troubles.filter((trouble) => !/ERR_|Failed to fetch|NetworkError/.test(trouble))).toEqual([])
})
