import { describe, expect, test } from 'vitest'
import { ChangedPages } from './changed-pages.ts'

describe('changed pages', () => {
  test('keep no marks before somebody tracks them', () => {
    const pages = new ChangedPages()
    pages.mark(1)
    pages.markAll(Int32Array.of(200), 1)
    pages.markBelow(1000)
    pages.track()
    expect(pages.isTracked).toBe(true)
    expect(pages.take()).toEqual([])
  })

  test('are given once each, ascending, and again when they change again', () => {
    const pages = new ChangedPages()
    pages.track()
    pages.markAll(Int32Array.of(700, -1, 0, 127, 128, 5000), 5)
    pages.mark(701)
    pages.markPage(9)
    expect(pages.take()).toEqual([0, 1, 5, 9])
    expect(pages.take()).toEqual([])
    pages.mark(128)
    expect(pages.take()).toEqual([1])
  })

  test('below a count are those that hold an entry below it', () => {
    const pages = new ChangedPages()
    pages.track(4)
    pages.markBelow(0)
    expect(pages.take()).toEqual([])
    pages.markBelow(8)
    expect(pages.take()).toEqual([0, 1])
    pages.markBelow(9)
    expect(pages.take()).toEqual([0, 1, 2])
  })

  test('list the entries that are there', () => {
    const pages = new ChangedPages()
    pages.track(4)
    const isEven = (entry: number): boolean => entry % 2 === 0
    expect([...pages.entriesOf(1, 100, isEven)]).toEqual([4, 6])
    expect([...pages.entriesOf(1, 6, isEven)]).toEqual([4])
    expect([...pages.entriesOf(2, 6, isEven)]).toEqual([])
  })
})
