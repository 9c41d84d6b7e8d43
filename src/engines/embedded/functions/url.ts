/** PARSE_URL by the rules of java.net.URL, and the encoding of HTML forms. */
import type { Evaluation } from './evaluation.ts'

export const urlEvaluations = {
  PARSE_URL: () => parseUrl,
  URL_ENCODE: () => (text: string) =>
    encodeURIComponent(text.toWellFormed())
      .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+'),
  URL_DECODE: () => decodeForm,
} satisfies Record<string, Evaluation>

/** Null where a percent sign is not followed by two hexadecimal digits. */
function decodeForm(text: string): string | null {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return null
  const spaced = text.replaceAll('+', ' ')
  return spaced.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
}

interface UrlParts {
  readonly PROTOCOL: string
  readonly AUTHORITY: string | null
  readonly USERINFO: string | null
  readonly HOST: string
  readonly PATH: string
  readonly QUERY: string | null
  readonly FILE: string
  readonly REF: string | null
}

/** Only protocols that Java brings along are known. */
const protocols: readonly string[] = ['http', 'https', 'ftp', 'file', 'jar', 'mailto', 'jmod', 'jrt']

function parseUrl(url: string, part: string, key?: string): string | null {
  const parts = partsOf(url)
  if (parts === null || !Object.hasOwn(parts, part)) return null
  const value = parts[part as keyof UrlParts]
  if (key === undefined || value === null) return value
  if (part !== 'QUERY') return null
  for (const pair of value.split('&')) if (pair.startsWith(`${key}=`)) return pair.slice(key.length + 1)
  return null
}

function partsOf(text: string): UrlParts | null {
  const url = text.trim().replace(/^url:/i, '')
  const [, scheme = '', rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(url) ?? []
  const protocol = scheme.toLowerCase()
  if (!protocols.includes(protocol)) return null
  const [beforeRef, ref] = cut(rest, '#')
  const [address, query] = cut(beforeRef, '?')
  const [, authority, path = ''] = /^(?:\/\/([^/]*))?(.*)$/s.exec(address) ?? []
  const at = authority?.lastIndexOf('@') ?? -1
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec((authority ?? '').slice(at + 1)) ?? []
  if (port !== undefined && !/^(?:-1|\d*)$/.test(port)) return null
  return {
    PROTOCOL: protocol,
    AUTHORITY: authority ?? null,
    USERINFO: at < 0 ? null : (authority ?? '').slice(0, at),
    HOST: host,
    PATH: path,
    QUERY: query,
    FILE: query === null ? path : `${path}?${query}`,
    REF: ref,
  }
}

function cut(text: string, mark: string): [before: string, after: string | null] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)]
}
