/**
 * Parts of the console are loaded when they are first needed. Where the server has a newer console by then, the parts of this one are gone:
 * the page is loaded anew. Where the server does not answer, it stays as it is, and tells so.
 */
const missing = new WeakSet<object>()

/** Whether something was thrown because a part of the console could not be loaded. */
export function isMissingPart(error: unknown): boolean {
  return typeof error === 'object' && error !== null && missing.has(error)
}

export function watchMissingParts(): void {
  addEventListener('vite:preloadError', (event) => {
    const error = 'payload' in event ? event.payload : null
    if (typeof error === 'object' && error !== null) missing.add(error)
    void loadNewer()
  })
}

/** Never again and again: a page that was loaded anew has the script that the server names. */
async function loadNewer(): Promise<void> {
  const own = document.querySelector('script[type="module"][src]')?.getAttribute('src')
  const reply = await fetch('/', { cache: 'no-store' }).catch(() => undefined)
  if (own === undefined || own === null || reply?.ok !== true) return
  const page = await reply.text().catch(() => own)
  if (page.includes('/assets/') && !page.includes(own)) location.reload()
}
