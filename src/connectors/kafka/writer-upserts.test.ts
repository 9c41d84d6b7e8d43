import { expect, test } from 'vitest'
import { type HeldMessage, HeldUpserts, ownBytes } from './writer-upserts.ts'

function message(key: string, value: string | null, topic: string | null = null): HeldMessage {
  return { key: Buffer.from(key), value: value === null ? null : Buffer.from(value), topic, timestamp: null, headers: null }
}
const taken = (held: HeldUpserts): (string | null)[][] =>
  held.take().map(({ key, value, topic }) => [topic, String(key), value === null ? null : String(value)])

test('the newest of each key is kept, in the order of the newest', () => {
  const held = new HeldUpserts()
  for (const each of [message('a', '1'), message('b', '2'), message('a', '3'), message('c', null), message('b', null)]) held.add(each)
  expect([held.rows, held.bytes]).toEqual([5, 4])
  expect(taken(held)).toEqual([
    [null, 'a', '3'],
    [null, 'c', null],
    [null, 'b', null],
  ])
  expect([held.rows, held.bytes, held.take()]).toEqual([0, 0, []])
})

test('keys of two topics are two keys, and so are keys that are no text', () => {
  const held = new HeldUpserts()
  held.add(message('a', '1', 'one'))
  held.add(message('a', '2', 'two'))
  for (const byte of [0x80, 0x81]) held.add({ ...message('', 'x'), key: Uint8Array.of(byte) })
  expect(held.take()).toHaveLength(4)
})

test('bytes are copied, of a Buffer too', () => {
  for (const bytes of [Buffer.from('xabx'), Uint8Array.from(Buffer.from('xabx'))]) {
    const messages = { bytes, starts: Int32Array.of(1, 1), ends: Int32Array.of(3, -1), length: 2 }
    const own = ownBytes(messages, 0)
    bytes.fill(0)
    expect(Buffer.from(own ?? []).toString()).toBe('ab')
    expect(ownBytes(messages, 1)).toBeNull()
  }
})
