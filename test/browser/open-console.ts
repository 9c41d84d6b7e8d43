/** A console over made-up data, for one file of tests. */
import { freePort } from '../system/ports.fixture.ts'
import { serveFixture } from './fixture-server.ts'
import { desktop, type Look, openBrowser, type View } from './open-browser.ts'

type Server = ReturnType<typeof serveFixture>

export interface Console {
  readonly server: Server
  /** Opens a page, and waits for its heading. */
  visit(address: string, view?: View): Promise<Look>
  close(): Promise<void>
}

export async function openConsole(options: Parameters<typeof serveFixture>[1] = {}): Promise<Console> {
  const port = await freePort()
  const server = serveFixture(port, options)
  const browser = await openBrowser()
  return {
    server,
    visit: async (address, view = desktop) => {
      const look = await browser.look(view)
      await look.page.goto(`http://127.0.0.1:${port}${address}`)
      await look.page.locator('h1').first().waitFor({ state: 'attached' })
      return look
    },
    close: async () => {
      await browser.close()
      server.close()
    },
  }
}
