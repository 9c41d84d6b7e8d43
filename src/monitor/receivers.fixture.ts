/** Who is told, in tests: a server that takes webhooks, and one that takes mail. Both speak their protocols on sockets of this machine. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type Socket, type Server as SocketServer } from 'node:net'
import { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { afterEach } from 'vitest'
import { newFolder } from './monitor.fixture.ts'

const running: (Server | SocketServer)[] = []
const sockets = new Set<Socket>()

afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of running.splice(0)) server.close()
})

async function listening(server: Server | SocketServer): Promise<number> {
  running.push(server)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}

interface Taken {
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly json: {
    readonly id: string
    readonly kind: string
    readonly alerts?: readonly { readonly job: string; readonly text: string }[]
  }
}

export interface WebhookReceiver {
  readonly url: string
  /** What it was sent and has answered with 200. */
  readonly taken: Taken[]
  /** What it answers with; 0 closes the connection after it has read all. */
  status: number
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const taken: Taken[] = []
  const server = createServer((request, response) => {
    request.setEncoding('utf8')
    let text = ''
    request.on('data', (part: string) => {
      text += part
    })
    request.on('end', () => {
      if (receiver.status === 200) taken.push({ headers: request.headers, text, json: JSON.parse(text) as Taken['json'] })
      if (receiver.status === 0) request.socket.destroy()
      else response.writeHead(receiver.status).end()
    })
  })
  const receiver: WebhookReceiver = { url: `http://127.0.0.1:${await listening(server)}/hook`, taken, status: 200 }
  return receiver
}

interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly text: string
  /** Who signed in; empty: nobody. */
  readonly user: string
  readonly password: string
  readonly isEncrypted: boolean
}

export interface MailReceiver {
  readonly port: number
  readonly mails: Mail[]
  /** The certificate of `localhost` that it shows, as PEM. */
  readonly certificate: string
  /** Recipients that it refuses. */
  readonly refused: Set<string>
  /** Commands as they came, passwords too. */
  readonly commands: string[]
}

interface MailReceiverOptions {
  /** Whether TLS begins with the connection, after STARTTLS, or never. */
  readonly security: 'tls' | 'starttls' | 'none'
  readonly password?: string
}

export async function startMailReceiver({ security, password = '' }: MailReceiverOptions): Promise<MailReceiver> {
  const { key, certificate } = await createCertificate()
  const receiver = { mails: [] as Mail[], certificate, refused: new Set<string>(), commands: [] as string[] }
  const secured = (socket: Socket): TLSSocket => new TLSSocket(socket, { isServer: true, key, cert: certificate })
  const server = createSocketServer((socket) => {
    const talk = new MailTalk(receiver, { password, secured: security === 'starttls' ? secured : null })
    talk.begin(security === 'tls' ? secured(socket) : socket, true)
  })
  return { ...receiver, port: await listening(server) }
}

async function createCertificate(): Promise<{ readonly key: string; readonly certificate: string }> {
  const folder = newFolder()
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
  const files = ['-keyout', `${folder}/key.pem`, '-out', `${folder}/certificate.pem`]
  await promisify(execFile)('openssl', [...words, '-addext', 'subjectAltName=DNS:localhost', ...files])
  const [key, certificate] = await Promise.all([readFile(`${folder}/key.pem`, 'utf8'), readFile(`${folder}/certificate.pem`, 'utf8')])
  return { key, certificate }
}

/** One conversation in the language of RFC 5321. */
class MailTalk {
  readonly #receiver: Omit<MailReceiver, 'port'>
  readonly #password: string
  readonly #secured: ((socket: Socket) => TLSSocket) | null
  #socket: Socket | null = null
  #read = ''
  #mail = { from: '', to: [] as string[], user: '', password: '' }
  #isData = false
  #isEncrypted = false

  constructor(
    receiver: Omit<MailReceiver, 'port'>,
    { password, secured }: { password: string; secured: ((socket: Socket) => TLSSocket) | null },
  ) {
    this.#receiver = receiver
    this.#password = password
    this.#secured = secured
  }

  begin(socket: Socket, greets: boolean): void {
    this.#socket = socket
    this.#isEncrypted = socket instanceof TLSSocket
    socket.on('error', () => socket.destroy())
    socket.on('data', (bytes: Buffer) => {
      if (this.#socket === socket) this.#take(String(bytes))
    })
    if (greets) this.#say('220 localhost ready')
  }

  #say(...lines: string[]): void {
    this.#socket?.write(`${lines.join('\r\n')}\r\n`)
  }

  #take(text: string): void {
    this.#read += text
    for (let part = this.#next(); part !== null; part = this.#next()) {
      if (this.#isData) this.#takeMail(part)
      else this.#takeCommand(part)
    }
  }

  /** A line, or a whole mail; null until it is all there. */
  #next(): string | null {
    const end = this.#isData ? '\r\n.\r\n' : '\r\n'
    const at = this.#read.indexOf(end)
    if (at < 0) return null
    const part = this.#read.slice(0, at)
    this.#read = this.#read.slice(at + end.length)
    return part
  }

  #takeMail(text: string): void {
    this.#isData = false
    this.#receiver.mails.push({ ...this.#mail, text: text.replaceAll('\r\n..', '\r\n.'), isEncrypted: this.#isEncrypted })
    this.#say('250 taken')
  }

  #takeCommand(line: string): void {
    this.#receiver.commands.push(line)
    const [word = '', ...rest] = line.split(' ')
    const path = /<([^>]*)>/.exec(line)?.[1] ?? ''
    if (word === 'STARTTLS' && this.#secured !== null) this.#startTls(this.#secured)
    else this.#say(...this.#answer(word.toUpperCase(), path, rest))
    if (word === 'QUIT') this.#socket?.end()
  }

  #answer(word: string, path: string, rest: readonly string[]): string[] {
    switch (word) {
      case 'EHLO':
        return ['250-localhost', ...(this.#secured !== null && !this.#isEncrypted ? ['250-STARTTLS'] : []), '250 AUTH PLAIN']
      case 'AUTH':
        return [this.#signIn(rest[1] ?? '')]
      case 'MAIL':
        this.#mail = { ...this.#mail, from: path, to: [] }
        return ['250 ok']
      case 'RCPT':
        if (this.#receiver.refused.has(path)) return [`550 nobody here is ${path}`]
        this.#mail.to.push(path)
        return ['250 ok']
      case 'DATA':
        this.#isData = true
        return ['354 go on']
      case 'QUIT':
        return ['221 bye']
      default:
        return ['502 what']
    }
  }

  #startTls(secured: (socket: Socket) => TLSSocket): void {
    const socket = this.#socket
    if (socket === null) return
    this.#say('220 begin')
    socket.removeAllListeners('data')
    this.begin(secured(socket), false)
  }

  #signIn(encoded: string): string {
    const [, user = '', password = ''] = Buffer.from(encoded, 'base64').toString('utf8').split('\0')
    if (password !== this.#password) return `535 no, ${user} ${password}`
    this.#mail = { ...this.#mail, user, password }
    return '235 welcome'
  }
}
