/** Sends a notice by mail, over SMTP. */
import { isIP } from 'node:net'
import { MillraceError } from '#base'
import type { Outbound } from '#outbound'
import { type MailTarget, withSecrets } from './alert-channel.ts'
import { monitorErrors } from './errors.ts'
import { htmlOf, type Notice, plainTextOf, subjectOf } from './notice.ts'

interface SendOptions {
  readonly outbound: Outbound
  readonly findSecret: (name: string) => string | null
  /** Certificates to trust besides those that everybody does, as PEM. */
  readonly certificates?: string
}

const timeoutMs = 15_000

export async function sendMail(target: MailTarget, id: string, notice: Notice, options: SendOptions): Promise<void> {
  const { port, security, user, password, from, to } = target
  const { host, address } = await options.outbound.resolve(target.host)
  const pass = password === null ? null : withSecrets(password, options.findSecret)
  // It takes a while to load, which only those wait for who need it.
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({
    host: address,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    // The certificate has to be that of the name, whatever address it led to.
    tls: { ...(isIP(host) === 0 ? { servername: host } : {}), ...(options.certificates === undefined ? {} : { ca: options.certificates }) },
    ...(user === null || pass === null ? {} : { auth: { user, pass } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    const { rejected } = await transport.sendMail({
      from,
      to: [...to],
      subject: subjectOf(notice),
      text: plainTextOf(notice),
      html: htmlOf(notice),
      messageId: `<${id}@millrace>`,
      date: new Date(notice.at),
      headers: { 'X-Millrace-Notice-ID': id, 'Auto-Submitted': 'auto-generated' },
    })
    if (rejected.length > 0) throw monitorErrors.MONITOR_MAIL_REJECTED({ count: rejected.length })
  } catch (error) {
    throw error instanceof MillraceError ? error : mailFailure(error, host)
  } finally {
    transport.close()
  }
}

/** Servers quote what they were sent, so their words are not passed on; their codes are. */
function mailFailure(error: unknown, host: string): MillraceError {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown }
  const detail =
    typeof responseCode === 'number'
      ? `It answered with ${responseCode}.`
      : typeof code === 'string'
        ? `The client says ${code}.`
        : undefined
  return monitorErrors.MONITOR_MAIL_NOT_SENT({ host }, { detail })
}
