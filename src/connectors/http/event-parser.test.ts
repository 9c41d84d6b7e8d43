import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventParser, type ServerEvent } from './event-parser.ts'

function parsed(text: string, cuts: readonly number[] = []): string[] {
  const parser = new EventParser('')
  const bytes = Buffer.from(text)
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  const events = places.slice(1).flatMap((end, at): ServerEvent[] => parser.push(bytes.subarray(places[at], end)))
  return events.map(({ id, event, data }) => `${id}|${event}|${data.toString()}`)
}

test.each([
  ['data: a\n\n', ['|message|a']],
  ['data:a\ndata: b\ndata:  c\n\n', ['|message|a\nb\n c']],
  ['\ufeffdata: a\r\n\r\nid: 7\rdata\r\r', ['|message|a', '7|message|']],
  [': a comment\nevent: tick\nid: 1\ndata: x\n\ndata: y\n\n', ['1|tick|x', '1|message|y']],
  ['id: 1\n\ndata: kept\n\n', ['1|message|kept']],
  ['id: 1\ndata: a\n\nid\ndata: b\n\n', ['1|message|a', '|message|b']],
  ['id: a\0b\ndata: a\n\n', ['|message|a']],
  ['strange: x\ndata: ü€😀\n\n', ['|message|ü€😀']],
  ['event: lost\n\ndata: a\n\n', ['|message|a']],
  ['data: not ended\n', []],
])('%j', (text, events) => {
  expect(parsed(text)).toEqual(events)
})

test('the time to wait is what the server says, in digits', () => {
  const parser = new EventParser('')
  parser.push(Buffer.from('retry: 1500\nretry: soon\n'))
  expect(parser.retryMs).toBe(1500)
})

test('events are the same however their bytes are cut', () => {
  const line = fc.constantFrom('data: a', 'data', 'id: 5', 'id', ': comment', 'event: e', 'data:ü€', 'retry: 9', '')
  const lines = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n')), { maxLength: 12 })
  fc.assert(
    fc.property(lines, fc.array(fc.nat(200), { maxLength: 8 }), (all, cuts) => {
      const text = all.map(([content, end]) => content + end).join('')
      expect(parsed(text, cuts)).toEqual(parsed(text))
    }),
    { numRuns: 2000 },
  )
})

test('bytes of an event that is not whole are counted', () => {
  const parser = new EventParser('')
  parser.push(Buffer.from('data: 12345\ndata: 123'))
  expect(parser.pendingBytes).toBe(5 + 9)
  parser.push(Buffer.from('\n\n'))
  expect(parser.pendingBytes).toBe(0)
})
