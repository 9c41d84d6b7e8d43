/** What the demo prints to try, done in the page alone by somebody who comes by its link. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DemoProcess, startDemo } from './demo-process.ts'
import { desktop, type Look, openBrowser } from './open-browser.ts'

let folder: string
let demo: DemoProcess
let browser: Awaited<ReturnType<typeof openBrowser>>
let look: Look

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-demo-'))
  demo = startDemo(folder)
  browser = await openBrowser()
  look = await browser.look(desktop)
})

afterAll(async () => {
  await browser?.close()
  await demo?.end()
  await rm(folder, { recursive: true, force: true })
})

const lateFlights = `INSERT INTO late_flights
SELECT departed_at, origin, destination, delay
FROM flights WHERE delay > 60`

function go(page: Page, name: string): Promise<void> {
  return page.getByRole('navigation').getByRole('link', { name, exact: true }).first().click()
}

/** Puts a text in the place of all that is written, as somebody who pastes it does. */
async function paste(page: Page, text: string): Promise<void> {
  const editor = page.getByRole('textbox', { name: 'SQL editor' })
  await editor.click()
  await page.keyboard.press('Control+a')
  const script = `(element, text) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', text)
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }`
  await editor.evaluate(script, text)
}

test('a chart over live flights, a job, an alert and a notebook, from the link on', async () => {
  const { page, troubles } = look
  await page.goto(await demo.link())
  await page.getByLabel('Name', { exact: true }).fill('ada')
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
  await page.getByRole('button', { name: 'Create the administrator' }).click()
  await page.waitForURL('**/w/main/jobs')

  await go(page, 'SQL')
  await paste(page, 'SELECT * FROM departures')
  await page.keyboard.press('Control+Enter')
  await page.locator('tbody tr').first().waitFor()
  await page.getByRole('tab', { name: 'Chart' }).click()
  await page.locator('canvas').waitFor()

  await paste(page, lateFlights)
  await page.getByRole('button', { name: 'Keep as job' }).click()
  await page.getByLabel('Name', { exact: true }).fill('late flights')
  await page.getByRole('button', { name: 'New job' }).click()
  await page.getByRole('heading', { name: 'late flights' }).waitFor()
  await page.getByRole('button', { name: 'Start', exact: true }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: 'Start', exact: true }).click()
  await page
    .getByText(/Running.*seen.*by processes of this server/)
    .first()
    .waitFor()

  await go(page, 'Alerts')
  await page.getByRole('navigation', { name: 'Alerts' }).getByRole('link', { name: 'Rules' }).click()
  await page.getByRole('button', { name: 'New rule' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('flights wait')
  await dialog.getByRole('combobox', { name: 'Fires when' }).click()
  await page.getByRole('option', { name: 'a metric is above or below' }).click()
  await dialog.getByRole('combobox', { name: 'Metric' }).click()
  await page.getByRole('option', { name: 'Rows not read yet' }).click()
  await dialog.getByLabel('Threshold').fill('1000')
  await dialog.getByRole('button', { name: 'Try' }).click()
  await dialog.getByText(/^It holds for/).waitFor()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('main').getByText('flights wait').waitFor()

  await go(page, 'Notebooks')
  await page.getByRole('button', { name: /example/i }).click()
  await page.getByRole('region', { name: /^Cell 2/ }).waitFor()
  await page.getByRole('button', { name: 'Run all', exact: true }).click()
  await page.locator('canvas').first().waitFor()
  expect(troubles).toEqual([])
})
