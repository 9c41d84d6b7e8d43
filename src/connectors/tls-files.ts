/** The options `tls.ca`, `tls.certificate` and `tls.key`, which name files in PEM. */
import { readFileSync } from 'node:fs'
import type { Options } from '#formats'

/** What the files hold, named as Node names it. */
export interface TlsFiles {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** Reads the files that are named. `mismatch` makes the error for an option that cannot be used. */
export function tlsFiles(options: Options, mismatch: (key: string, detail: string) => Error): TlsFiles {
  if (options.isGiven('tls.certificate') !== options.isGiven('tls.key'))
    throw mismatch('tls.certificate', "'tls.certificate' and 'tls.key' go together.")
  const parts = Object.entries({ ca: 'tls.ca', cert: 'tls.certificate', key: 'tls.key' }).flatMap(([name, key]) => {
    const path = options.text(key)
    return path === undefined ? [] : [[name, contentOf(path, (detail) => mismatch(key, detail))]]
  })
  return Object.fromEntries(parts)
}

function contentOf(path: string, mismatch: (detail: string) => Error): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw mismatch(`File "${path}" could not be read: ${String((error as { code?: unknown }).code)}.`)
  }
}
