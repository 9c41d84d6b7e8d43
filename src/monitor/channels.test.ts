import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { Outbound } from '#outbound'
import { type AlertChannel, type ChannelTarget, checkTarget, type MailTarget, type WebhookTarget } from './alert-channel.ts'
import { htmlOf, type Notice, type NoticeLine, plainTextOf, subjectOf } from './notice.ts'
import { startMailReceiver, startWebhookReceiver } from './receivers.fixture.ts'
import { sendMail } from './send-mail.ts'
import { sendWebhook } from './send-webhook.ts'

const at = Date.UTC(2030, 0, 1, 12)
const outbound = new Outbound({ allowed: ['127.0.0.0/8'], lookup: async () => [{ address: '127.0.0.1' }] })
const findSecret = (name: string): string | null => ({ key: 'very secret', token: 'a/b?c' })[name] ?? null

const line: NoticeLine = {
  episode: 'e1',
  job: 'j1',
  jobName: '<b>orders</b>\r\nBcc: eve@example.com',
  tier: 'seconds',
  since: at - 65_000,
  value: 1234.5,
  threshold: 1000,
  text: 'pendingRecords is 1,234.5 & above "1,000"',
  source: 'samples of its run',
  seenAt: at - 5000,
  link: 'https://millrace.example/workspaces/default/jobs/j1',
}
const notice: Notice = {
  channel: 'c1',
  kind: 'fired',
  at,
  workspace: 'default',
  rule: { id: 'r1', name: 'Lag\nof orders', severity: 'critical' },
  text: '',
  alerts: [line],
  more: 0,
}

test('a notice is written for people: the job, what was seen, who says so and when, and where to look', () => {
  expect(subjectOf(notice)).toBe('[firing] critical: Lag⏎of orders: <b>orders</b>\ufffd⏎Bcc: eve@example.com')
  expect(plainTextOf(notice).split('\n')).toEqual([
    '[firing] critical: Lag⏎of orders: <b>orders</b>\ufffd⏎Bcc: eve@example.com',
    '',
    'Job: <b>orders</b>\ufffd⏎Bcc: eve@example.com',
    'Tier: seconds',
    'What: pendingRecords is 1,234.5 & above "1,000"',
    'Since: 2030-01-01 11:58:55 UTC, for 1 min 5 s',
    'Value: 1,234.5',
    'Threshold: 1,000',
    'Evidence: samples of its run, 2030-01-01 11:59:55 UTC, 5 s before this message',
    'Link: https://millrace.example/workspaces/default/jobs/j1',
    '',
    'Workspace: default',
  ])
  const html = htmlOf(notice)
  expect(html).toContain('&lt;b&gt;orders&lt;/b&gt;')
  expect(html).toContain('&amp; above &quot;1,000&quot;')
  expect(html).toContain('<a href="https://millrace.example/workspaces/default/jobs/j1">')
  expect(html).not.toContain('<b>')
})

test('of many jobs a notice names some and counts the others', () => {
  expect(subjectOf({ ...notice, alerts: [line, line], more: 3 })).toBe('[firing] critical: Lag⏎of orders: 5 jobs')
  expect(plainTextOf({ ...notice, more: 3 })).toContain('And 3 more.')
})

const hook = (url: string, others: Partial<WebhookTarget> = {}): WebhookTarget => ({
  kind: 'webhook',
  url,
  secret: null,
  heartbeatMs: null,
  ...others,
})

test('a webhook gets JSON under its id, signed together with the time', async () => {
  const receiver = await startWebhookReceiver()
  const body = '{"kind":"test"}'
  const target = hook(`${receiver.url}/\${secret:token}?x=1`, { secret: '${secret:key}' })
  await sendWebhook(target, { id: 'n1', body, at }, { outbound, findSecret })
  const [taken] = receiver.taken
  expect(taken?.text).toBe(body)
  expect(taken?.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'x-millrace-notice-id': 'n1' })
  const [, seconds = '', signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(taken?.headers['x-millrace-signature'])) ?? []
  expect(Number(seconds)).toBe(at / 1000)
  expect(signature).toBe(createHmac('sha256', 'very secret').update(`${seconds}.${body}`).digest('hex'))
})

test('a webhook leads nowhere inside, and a secret that is missing is named', async () => {
  const closed = new Outbound()
  await expect(
    sendWebhook(hook('http://169.254.169.254/latest'), { id: 'n', body: '{}', at }, { outbound: closed, findSecret }),
  ).rejects.toMatchObject({ code: 'OUTBOUND_ADDRESS_INSIDE' })
  const unknown = hook('https://example.com/${secret:nothing}')
  await expect(sendWebhook(unknown, { id: 'n', body: '{}', at }, { outbound, findSecret })).rejects.toThrow('there is no secret "nothing"')
})

const mail = (port: number, others: Partial<MailTarget> = {}): MailTarget => ({
  kind: 'mail',
  host: 'localhost',
  port,
  security: 'starttls',
  user: 'millrace',
  password: '${secret:key}',
  from: 'alerts@example.com',
  to: ['ada@example.com', 'bob@example.com'],
  ...others,
})

test.each(['tls', 'starttls'] as const)('mail goes over %s, to all, from a sender who signs in', async (security) => {
  const receiver = await startMailReceiver({ security, password: 'very secret' })
  await sendMail(mail(receiver.port, { security }), 'n1', notice, { outbound, findSecret, certificates: receiver.certificate })
  expect(receiver.mails).toMatchObject([
    {
      from: 'alerts@example.com',
      to: ['ada@example.com', 'bob@example.com'],
      user: 'millrace',
      password: 'very secret',
      isEncrypted: true,
    },
  ])
  const head = receiver.mails[0]?.text.split('\r\n\r\n')[0] ?? ''
  expect(head).toContain('Message-ID: <n1@millrace>')
  expect(head).toContain('X-Millrace-Notice-ID: n1')
  expect(head).toContain('Auto-Submitted: auto-generated')
  expect(head).not.toMatch(/^Bcc:/im)
  expect(head).toContain('multipart/alternative')
})

test('mail without TLS is sent where that is wanted, and signs nobody in', async () => {
  const receiver = await startMailReceiver({ security: 'none' })
  await sendMail(mail(receiver.port, { security: 'none', user: null, password: null }), 'n1', notice, { outbound, findSecret })
  expect(receiver.mails).toMatchObject([{ user: '', isEncrypted: false }])
})

test('no mail and no password go to a server that cannot show who it is, or has no TLS', async () => {
  const other = await startMailReceiver({ security: 'starttls', password: 'very secret' })
  await expect(sendMail(mail(other.port), 'n1', notice, { outbound, findSecret })).rejects.toMatchObject({ code: 'MONITOR_MAIL_NOT_SENT' })
  const plain = await startMailReceiver({ security: 'none', password: 'very secret' })
  await expect(sendMail(mail(plain.port), 'n1', notice, { outbound, findSecret })).rejects.toMatchObject({ code: 'MONITOR_MAIL_NOT_SENT' })
  expect([...other.mails, ...plain.mails, ...[...other.commands, ...plain.commands].filter((each) => each.startsWith('AUTH'))]).toEqual([])
})

test('a password that is refused is in no message, and recipients who are refused are counted', async () => {
  const receiver = await startMailReceiver({ security: 'starttls', password: 'another one' })
  const options = { outbound, findSecret, certificates: receiver.certificate }
  const failure = await sendMail(mail(receiver.port), 'n1', notice, options).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'MONITOR_MAIL_NOT_SENT', detail: 'It answered with 535.' })
  expect(JSON.stringify(failure) + String(failure)).not.toContain('very secret')
  const picky = await startMailReceiver({ security: 'none' })
  picky.refused.add('bob@example.com')
  const target = mail(picky.port, { security: 'none', user: null, password: null })
  await expect(sendMail(target, 'n1', notice, { outbound, findSecret })).rejects.toThrow('the mail server refused 1 of the recipients')
})

test.each<[string, ChannelTarget]>([
  ['is no address', hook('file:///etc/passwd')],
  ['is no address', hook('https://user:password@example.com/')],
  ['cannot be a secret', hook('https://${secret:host}.example.com/')],
  ['named as', hook('https://example.com/', { secret: 'plain text' })],
  ['heartbeat', hook('https://example.com/', { heartbeatMs: 10 })],
  ['named as', mail(25, { password: 'plain text' })],
  ['over TLS alone', mail(25, { security: 'none' })],
  ['a user needs a password', mail(25, { password: null })],
  ['the port', mail(0)],
  ['a name or an address', mail(25, { host: 'a b' })],
  ['the sender', mail(25, { from: 'a@b.c, d@e.f' })],
  ['at least one', mail(25, { to: [] })],
  ['each recipient', mail(25, { to: ['a@b.c\r\nBcc: d@e.f'] })],
])('a channel that %s is refused: %j', (trouble, target) => {
  expect(() => checkTarget(target)).toThrow(trouble)
})

test('channels that can be used are taken', () => {
  const usable: AlertChannel['target'][] = [
    hook('https://example.com/a/${secret:token}', { secret: '${secret:key}', heartbeatMs: 60_000 }),
    mail(587),
  ]
  for (const target of usable) expect(() => checkTarget(target)).not.toThrow()
})
