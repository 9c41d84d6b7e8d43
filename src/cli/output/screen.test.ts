import { PassThrough, Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { MillraceError } from '#base'
import { processScreen } from './screen.ts'

function streamOf(stream: Writable, more: Partial<NodeJS.WriteStream> = {}): NodeJS.WriteStream {
  return Object.assign(stream, more) as NodeJS.WriteStream
}

function failing(code: string): Writable {
  return new Writable({ write: (_piece, _encoding, done) => done(Object.assign(new TypeError('it broke'), { code })) })
}

test('a terminal that does not know its size has one all the same', () => {
  const screen = processScreen(streamOf(new PassThrough(), { isTTY: true, columns: 0, rows: 0 }), streamOf(new PassThrough()), {})
  expect([screen.width, screen.height]).toEqual([120, 24])
})

test('a last word that does not arrive is known once the answer is flushed', async () => {
  const full = processScreen(streamOf(failing('ENOSPC')), streamOf(new PassThrough()), {})
  void full.write('1 row\n')
  await full.flush()
  expect(full.closed.reason).toBeInstanceOf(MillraceError)
  const gone = processScreen(streamOf(failing('EPIPE')), streamOf(new PassThrough()), {})
  void gone.write('1 row\n')
  await gone.flush()
  expect([gone.closed.aborted, gone.closed.reason instanceof MillraceError]).toEqual([true, false])
})

test('a flush waits for a slow reader', async () => {
  const taken: string[] = []
  const slow = new Writable({
    write: (piece, _encoding, done) => {
      taken.push(String(piece))
      setTimeout(done, 20)
    },
  })
  const screen = processScreen(streamOf(slow), streamOf(new PassThrough()), {})
  for (const text of ['a', 'b', 'c']) void screen.write(text)
  await screen.flush()
  expect(taken.join('')).toBe('abc')
})
