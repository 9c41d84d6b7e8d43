/**
 * Tells whether a server that does not answer would answer with TLS, or without: it says nothing of that itself, but ends the connection or
 * keeps still.
 */
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { RedisServer } from './options.ts'

const probeMsMax = 2000

/** Whether the server answers the other way than the table says. */
export function answersOtherwise({ host, port, tls }: RedisServer): Promise<boolean> {
  return tls === null ? answersTls(host, port) : answersPlain(host, port)
}

function answersTls(host: string, port: number): Promise<boolean> {
  // No certificate is looked at, for nothing is said.
  const socket = connectTls({ host, port, rejectUnauthorized: false })
  return settled(socket, 'secureConnect')
}

function answersPlain(host: string, port: number): Promise<boolean> {
  const socket = connectPlain({ host, port }, () => socket.write('PING\r\n'))
  return settled(socket, 'data')
}

function settled(socket: Socket, answer: 'secureConnect' | 'data'): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (answers: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answers)
    }
    const timer = setTimeout(() => end(false), probeMsMax)
    socket.once(answer, () => end(true))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}
