import { expect, test } from 'vitest'
import { EventReader } from './event-reader.ts'

const stream = ': hello\n\nid: 1\ndata: {"a":\ndata: 1}\n\ndata:two\r\n\r\nevent: x\n\nid: 3\rdata: three\r\rdata: unfinished'

const events = [
  { id: '1', data: '{"a":\n1}' },
  { id: '1', data: 'two' },
  { id: '3', data: 'three' },
]

test('events are read from lines, and the unfinished one is kept back', () => {
  expect(new EventReader().read(stream)).toEqual(events)
})

test('the cuts of the network mean nothing', () => {
  for (let size = 1; size < stream.length; size++) {
    const reader = new EventReader()
    const found = []
    for (let at = 0; at < stream.length; at += size) found.push(...reader.read(stream.slice(at, at + size)))
    expect(found).toEqual(events)
  }
})
