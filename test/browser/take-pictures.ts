/**
 * `make pictures`: the demo as somebody meets it who follows what it prints, and the pictures of it that the README and the guide show.
 * It works in a folder of its own, so that the demo of whoever calls it stays as it is.
 */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { startDemo } from './demo-process.ts'
import { desktop, openBrowser } from './open-browser.ts'

const root = path.resolve(import.meta.dirname, '../..')
const pictures = path.join(root, 'docs/pictures')
const view = { ...desktop, width: 1280, height: 800 }
/** Until there is something to see of the last minutes. */
const historyMs = Number(process.argv[2] ?? 150) * 1000

const folder = await mkdtemp(path.join(tmpdir(), 'millrace-pictures-'))
const demo = startDemo(folder)
const browser = await openBrowser()
try {
  const { page, troubles } = await browser.look(view)
  await page.goto(await demo.link())
  await page.getByLabel('Name', { exact: true }).fill('ada')
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
  await page.getByRole('button', { name: 'Create the administrator' }).click()
  await page.waitForURL('**/w/main/jobs')
  await page.getByText('airport delays').waitFor()
  await sleep(historyMs)
  await take(page, 'jobs')
  await takeJob(page)
  await takeSql(page)
  await takeNotebook(page)
  await takeCatalog(page)
  await takeChange(page)
  await page.goto(at(page, '/w/main/alerts/rules'))
  await page.getByRole('switch').first().waitFor({ state: 'attached' })
  await take(page, 'alerts')
  for (const [place, heading] of [
    ['alerts/channels', 'New channel'],
    ['settings', 'Members'],
    ['settings/tokens', 'New token'],
    ['settings/secrets', 'New secret'],
    ['settings/audit', 'What was asked and done'],
  ] as const)
    await takePlace(page, place, heading)
  for (const trouble of troubles) console.error(trouble)
} finally {
  await browser.close()
  await demo.end()
  await rm(folder, { recursive: true, force: true })
}

async function takeJob(page: Page): Promise<void> {
  await page.getByRole('link', { name: /^airport delays\b/ }).click()
  const tab = (name: string) => page.getByRole('navigation', { name: 'Parts of the job' }).getByRole('link', { name })
  await tab('Topology').click()
  await page.locator('.react-flow__node').first().waitFor()
  await take(page, 'topology')
  await tab('Metrics').click()
  await page.locator('canvas').first().waitFor()
  await take(page, 'metrics')
  await tab('Savepoints').click()
  await page.getByRole('button', { name: 'Take a savepoint', exact: true }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: 'Take a savepoint', exact: true }).click()
  await page.getByRole('cell', { name: 'Completed' }).waitFor()
  await take(page, 'savepoints')
  await tab('Logs').click()
  await page.getByRole('region', { name: 'Logs' }).getByRole('button').first().waitFor()
  await take(page, 'logs')
}

/** What a change of a job says before it is made, and the versions after it. */
async function takeChange(page: Page): Promise<void> {
  await page.goto(at(page, '/w/main/jobs'))
  await page.getByRole('link', { name: /^airport delays\b/ }).click()
  const tab = (name: string) => page.getByRole('navigation', { name: 'Parts of the job' }).getByRole('link', { name })
  await tab('Settings').click()
  const editor = page.getByRole('textbox', { name: 'Script', exact: true })
  await editor.click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(
    readFileSync(path.join(root, 'examples/flights-live/airport-delays.sql'), 'utf8').replace("'10' SECOND", "'1' MINUTE"),
  )
  await page.getByRole('button', { name: 'Make a new version', exact: true }).click()
  await page.getByRole('dialog').getByRole('checkbox').first().waitFor()
  await take(page, 'new-version')
}

async function takePlace(page: Page, place: string, text: string): Promise<void> {
  await page.goto(at(page, `/w/main/${place}`))
  await page.getByRole('main').getByText(text).first().waitFor()
  await take(page, place.replaceAll('/', '-'))
}

async function takeSql(page: Page): Promise<void> {
  const text = `-- Departures of the last minutes, by airport.
SELECT ended_at, airport, departures
FROM airport_delays
WHERE airport IN ('ATL', 'ORD', 'DFW', 'LAX')`
  const tabs = JSON.stringify([{ id: 'one', title: 'Departures', text }])
  await page.evaluate(`localStorage.setItem('millrace.sql.main', ${JSON.stringify(tabs)})`)
  await page.goto(at(page, '/w/main/sql'))
  await page.getByRole('textbox', { name: 'SQL editor' }).click()
  await page.keyboard.press('Control+Enter')
  await page.locator('tbody tr').first().waitFor()
  await sleep(5000)
  await page.getByRole('tab', { name: 'Chart' }).click()
  await page.locator('canvas').waitFor()
  await take(page, 'sql')
}

async function takeNotebook(page: Page): Promise<void> {
  await page.goto(at(page, '/w/main/notebooks'))
  await page
    .getByRole('button', { name: /example/i })
    .first()
    .click()
  await page.getByRole('region', { name: /^Cell 2/ }).waitFor()
  await page.getByRole('button', { name: 'Run all', exact: true }).click()
  await sleep(25_000)
  await page.locator('canvas').last().scrollIntoViewIfNeeded()
  await take(page, 'notebook')
}

async function takeCatalog(page: Page): Promise<void> {
  await page.goto(at(page, '/w/main/catalog'))
  await page.getByRole('main').getByText('airport_delays').first().click()
  await page.getByRole('link', { name: 'Lineage' }).waitFor()
  await take(page, 'catalog')
  await page.getByRole('link', { name: 'Lineage' }).click()
  await page.locator('.react-flow__node').first().waitFor()
  await take(page, 'lineage')
}

async function take(page: Page, name: string): Promise<void> {
  await sleep(2000)
  await page.screenshot({ path: path.join(pictures, `${name}.png`) })
  console.log(`docs/pictures/${name}.png`)
}

function at(page: Page, place: string): string {
  return new URL(place, page.url()).href
}
