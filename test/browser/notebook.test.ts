/** Notebooks as people meet them, in a real browser, over made-up data. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../system/ports.fixture.ts'
import { serveFixture } from './fixture-server.ts'
import { desktop, findBarriers, type Look, openBrowser, phone } from './open-browser.ts'

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

async function open(notebook: string): Promise<Look & { readonly alerts: () => number }> {
  const look = await browser.look(desktop)
  let alerts = 0
  look.page.on('dialog', (dialog) => {
    alerts++
    void dialog.dismiss()
  })
  await look.page.goto(`${origin}/w/main/notebooks/${notebook}`)
  await look.page.getByRole('region', { name: 'Cell 2, SQL', exact: true }).waitFor()
  return { ...look, alerts: () => alerts }
}

const cell = (look: Look, number: number, kind = 'SQL') => look.page.getByRole('region', { name: `Cell ${number}, ${kind}`, exact: true })

/** Not the search field of the list, whose label begins with titles. */
const titleOf = (page: Look['page']) => page.getByLabel('Title', { exact: true })

test('a notebook is made, written, run and saved, and its cells say whether they still hold', async () => {
  const look = await browser.look(desktop)
  const { page } = look
  await page.goto(`${origin}/w/main/notebooks`)
  await page.getByRole('button', { name: 'New notebook' }).click()
  await titleOf(page).fill('Orders of today')
  await page.getByRole('textbox', { name: 'SQL of cell 1' }).click()
  await page.keyboard.type('CREATE TEMPORARY TABLE t (a INT)')
  await page.keyboard.press('Shift+Enter')
  await cell(look, 1).getByText('Up to date').waitFor()
  await page.getByRole('textbox', { name: 'SQL of cell 2' }).click()
  await page.keyboard.type('SELECT * FROM t')
  await page.keyboard.press('Control+Enter')
  await cell(look, 2).getByText('Live', { exact: true }).waitFor()
  await cell(look, 2).getByRole('button', { name: 'Stop cell 2' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('textbox', { name: 'SQL of cell 1' }).click()
  await page.keyboard.press('End')
  await page.keyboard.type(' ')
  await cell(look, 1).getByText('Edited since').waitFor()
  await page.keyboard.press('Control+Enter')
  await cell(look, 1).getByText('Up to date').waitFor()
  await cell(look, 2).getByText('Out of date').waitFor()
  await page.getByText(/Saved as version \d+ by ada/).waitFor()
  expect(look.troubles).toEqual([])
  await look.close()
})

test('a double click makes one notebook', async () => {
  const look = await browser.look(desktop)
  const { page } = look
  const made: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/notebooks')) made.push(request.url())
  })
  await page.goto(`${origin}/w/main/notebooks`)
  await page.getByRole('button', { name: 'New notebook' }).dblclick()
  await page.getByRole('textbox', { name: 'SQL of cell 1' }).waitFor()
  expect(made).toHaveLength(1)
  await look.close()
})

test('a list of notebooks shows words, not the marks of Markdown', async () => {
  const look = await browser.look(desktop)
  await look.page.goto(`${origin}/w/main/notebooks`)
  await look.page.getByText('Delays per city, see the guide').first().waitFor()
  expect(look.troubles).toEqual([])
  await look.close()
})

test('a cell that fails says where, and goes there', async () => {
  const look = await open('n3')
  await cell(look, 4).getByRole('button', { name: 'Run cell 4' }).click()
  await look.page.getByText('SQL_TABLE_NOT_FOUND').waitFor()
  await cell(look, 4).getByText('Failed', { exact: true }).waitFor()
  await look.page.getByRole('button', { name: 'Line 2, column 6' }).click()
  expect(look.troubles).toEqual([])
  await look.close()
})

test('of two who write at once nothing is lost', async () => {
  const look = await open('n4')
  const { page } = look
  await page.getByRole('textbox', { name: 'SQL of cell 3' }).click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(' -- mine')
  server.notebooks.changeElsewhere('n4', (spec) => {
    const [intro, , rows] = spec.cells
    if (intro !== undefined) intro.text = '# Theirs'
    if (rows !== undefined) rows.text = 'SELECT 2 -- theirs'
  })
  await page.keyboard.press('Control+s')
  await page.getByText('Somebody else has saved this notebook meanwhile').waitFor()
  await page.getByText('1 cell was changed by both').waitFor()
  expect(await findBarriers(page)).toEqual([])
  // What is in conflict outlives a reload.
  await page.reload()
  await page.getByRole('button', { name: 'Put both together' }).click()
  await page.getByText('Saved as version 3 by ada').waitFor()
  const texts = server.notebooks
    .versionsOf('n4')
    .at(-1)
    ?.spec.cells.map(({ text }) => text)
  expect(texts?.slice(0, 4)).toEqual(['# Theirs', expect.stringContaining('CREATE'), 'SELECT 2 -- theirs', 'SELECT * FROM orders -- mine'])
  expect(look.troubles).toEqual([])
  await look.close()
})

test('what only one has changed is put together without a question', async () => {
  const look = await open('n5')
  server.notebooks.changeElsewhere('n5', (spec) => {
    spec.title = 'Renamed by Grace'
  })
  await look.page.getByRole('button', { name: 'Versions' }).click()
  await look.page.keyboard.press('Escape')
  await look.page.reload()
  await expect.poll(() => titleOf(look.page).inputValue(), { timeout: 15_000 }).toBe('Renamed by Grace')
  await look.close()
})

test('markup in titles, texts, columns and rows stays text', async () => {
  const look = await open('n1')
  const { page } = look
  await page.getByRole('heading', { name: "Flights <script>alert('text')</script>" }).waitFor()
  await page.getByText('<img src=x onerror=alert(2)>').waitFor()
  await page.getByText('<img src=x onerror=alert(3)>').waitFor()
  await page.getByText('<u>city</u>').waitFor()
  expect(await page.locator('main img, main script').count()).toBe(0)
  expect(await page.locator('a[href^="javascript"]').count()).toBe(0)
  expect(await page.getByRole('link', { name: 'the guide' }).getAttribute('rel')).toContain('noopener')
  await page.goto(`${origin}/w/main/notebooks`)
  await page.getByText("Flights <b onclick=alert('title')>today</b>").click()
  await titleOf(page).waitFor()
  expect(look.alerts()).toBe(0)
  expect(look.troubles).toEqual([])
  await look.close()
})

test('what a cell showed is there after a reload, with when it was', async () => {
  const look = await open('n6')
  const { page } = look
  await cell(look, 3).getByText('From before').waitFor()
  await cell(look, 3).getByText('last 2 of 4.71k rows').waitFor()
  await cell(look, 3).getByRole('button', { name: 'Run cell 3' }).click()
  await cell(look, 3).getByText('Live', { exact: true }).waitFor()
  await cell(look, 3).getByRole('button', { name: 'Stop cell 3' }).click()
  await cell(look, 3).getByText('Stopped', { exact: true }).waitFor()
  await page.reload()
  await cell(look, 3)
    .getByText(/Ran \d+s ago/)
    .waitFor()
  expect(await cell(look, 3).locator('tbody tr').count()).toBeGreaterThan(2)
  await look.close()
})

test('a live cell goes on over a reload, is seen by another page, and stops in both', async () => {
  const look = await open('n11')
  const other = await open('n11')
  await cell(look, 3).getByRole('button', { name: 'Run cell 3' }).click()
  await cell(look, 3).getByText('Live', { exact: true }).waitFor()
  await cell(other, 3).getByText('Live', { exact: true }).waitFor()
  await look.page.reload()
  await cell(look, 3).getByText('Live', { exact: true }).waitFor()
  expect(await cell(look, 3).locator('tbody tr').count()).toBeGreaterThan(2)
  expect(await findBarriers(look.page)).toEqual([])
  await cell(look, 3).getByRole('button', { name: 'Stop cell 3' }).click()
  for (const each of [look, other]) await cell(each, 3).getByText('Live', { exact: true }).waitFor({ state: 'detached' })
  await cell(other, 3).getByRole('button', { name: 'Run cell 3' }).waitFor()
  expect(other.troubles).toEqual([])
  await other.close()
  await look.close()
})

test('a cell becomes a job with what it needs of the cells above', async () => {
  const look = await open('n7')
  const { page } = look
  await cell(look, 3).getByRole('button', { name: 'More for cell 3' }).click()
  await page.getByRole('menuitem', { name: 'Make a job of this cell' }).click()
  await page.waitForURL('**/jobs/new')
  const script = page.getByRole('textbox', { name: 'Script', exact: true })
  await expect.poll(() => script.textContent()).toMatch(/CREATE TEMPORARY TABLE orders[\s\S]*INSERT INTO notebook_result/)
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Notebook 7')
  expect(look.troubles).toEqual([])
  await look.close()
})

test('cells are moved, removed and brought back by keys', async () => {
  const look = await open('n8')
  const { page } = look
  const order = () => page.locator('main section[data-cell]').evaluateAll((found) => found.map((each) => each.getAttribute('data-cell')))
  await cell(look, 4).focus()
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(order).toEqual(['intro', 'table', 'broken', 'rows', 'totals'])
  await page.keyboard.press('x')
  await page.getByText('The cell was removed.').waitFor()
  await expect.poll(order).toEqual(['intro', 'table', 'rows', 'totals'])
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(order).toEqual(['intro', 'table', 'broken', 'rows', 'totals'])
  await page.keyboard.press('a')
  await cell(look, 6).waitFor()
  expect(look.troubles).toEqual([])
  await look.close()
})

test('versions are compared, and an earlier one comes back as a new one', async () => {
  const look = await open('n9')
  const { page } = look
  await titleOf(page).fill('Another title')
  await page.keyboard.press('Control+s')
  await page.getByText('Saved as version 2 by ada').waitFor()
  await page.getByRole('button', { name: 'Versions' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('title: "Another title"').waitFor()
  expect(await findBarriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Restore version 1' }).click()
  await expect.poll(() => titleOf(page).inputValue()).toBe('Notebook 9')
  expect(look.troubles).toEqual([])
  await look.close()
})

test('a notebook is readable on a phone', async () => {
  const look = await browser.look(phone)
  await look.page.goto(`${origin}/w/main/notebooks/n10`)
  await look.page.getByText('Delays').waitFor()
  expect(await look.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  await look.close()
})
