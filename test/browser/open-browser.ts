/** The system's Chromium, driven from tests, with everything written down that a page must not do. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { programPath } from '../system/packages.fixture.ts'

/** As Debian has it; `install-browser.ts` sees to it that it is there. */
export const browserProgram = 'chromium'

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface View {
  readonly scheme: 'light' | 'dark'
  readonly width: number
  readonly height: number
  readonly locale: string
}

export const desktop: View = { scheme: 'light', width: 1360, height: 860, locale: 'en-US' }
export const phone: View = { scheme: 'light', width: 390, height: 844, locale: 'en-US' }

export interface Look {
  readonly page: Page
  /** Faults of scripts, refusals of the policy, and addresses of others: all of them should be none. */
  readonly troubles: string[]
  close(): Promise<void>
}

export async function openBrowser(): Promise<{ look(view: View): Promise<Look>; close(): Promise<void> }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'console-'))
  const executablePath = programPath(browserProgram)
  const browser: Browser = await chromium.launch({ executablePath, args: [...flags, `--disk-cache-dir=${folder}`] })
  return {
    look: (view) => look(browser, view),
    close: async () => {
      await browser.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function look(browser: Browser, { scheme, width, height, locale }: View): Promise<Look> {
  const context: BrowserContext = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    locale,
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('pageerror', (error) => troubles.push(`fault: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) troubles.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') troubles.push(`elsewhere: ${request.url()}`)
  })
  return { page, troubles, close: () => context.close() }
}

const axeSource = readFileSync(path.resolve(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong with the page, as sentences. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown[]; failureSummary: string }[] }[] }> }
    }
    const { violations } = await axe.run()
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary.split('\n').slice(1).join(' ')}`),
    )
  })
}
