/** Tells a server that speaks TLS from one that does not answer. */
import { connect } from 'node:tls'

/** Nothing is sent and nothing is believed: it is only seen whether the server greets. */
export function speaksTls(host: URL, msMax: number): Promise<boolean> {
  return new Promise((resolve) => {
    const port = host.port === '' ? 80 : Number(host.port)
    const socket = connect({ host: host.hostname.replace(/^\[(.*)\]$/, '$1'), port, rejectUnauthorized: false })
    const end = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(msMax, () => end(false))
    socket.on('secureConnect', () => end(true))
    // A server that wants a certificate, or other versions, says so in TLS.
    socket.on('error', (error: { readonly code?: unknown }) => end(/^ERR_SSL_(?!WRONG_VERSION|PACKET)/.test(String(error.code))))
    socket.on('close', () => resolve(false))
  })
}
