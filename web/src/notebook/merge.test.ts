import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeSpecs } from './merge.ts'
import type { Cell, NotebookSpec } from './notebook-spec.ts'

const sql = (id: string, text = id): Cell => ({ id, kind: 'sql', text, view: 'table', chart: null })
const spec = (cells: readonly Cell[], changes: Partial<NotebookSpec> = {}): NotebookSpec => ({
  title: 't',
  folder: '',
  tags: [],
  variables: {},
  cells: [...cells],
  ...changes,
})
const texts = ({ cells }: NotebookSpec): string[] => cells.map(({ text }) => text)
const base = spec([sql('a'), sql('b'), sql('c')])

test('changes of different cells are all there', () => {
  const mine = spec([sql('a', 'mine'), sql('b'), sql('new')], { title: 'mine' })
  const theirs = spec([sql('other'), sql('a'), sql('b', 'theirs'), sql('c')], { tags: ['x'] })
  const { spec: merged, doubled } = mergeSpecs(base, mine, theirs)
  expect(texts(merged)).toEqual(['other', 'mine', 'theirs', 'new'])
  expect([merged.title, merged.tags, doubled]).toEqual(['mine', ['x'], 0])
})

test('of a cell that both have changed both forms stay, and a removal gives way to a change', () => {
  const mine = spec([sql('a', 'mine'), sql('c', 'kept')])
  const theirs = spec([sql('a', 'theirs'), sql('b', 'changed')])
  const { spec: merged, doubled } = mergeSpecs(base, mine, theirs)
  expect(texts(merged)).toEqual(['theirs', 'mine', 'kept', 'changed'])
  expect(doubled).toBe(1)
  expect(new Set(merged.cells.map(({ id }) => id)).size).toBe(4)
})

test('an order that only I have changed is mine', () => {
  const merged = mergeSpecs(base, spec([sql('c'), sql('a'), sql('b')]), spec([sql('a'), sql('new'), sql('b'), sql('c')]))
  expect(texts(merged.spec)).toEqual(['c', 'a', 'new', 'b'])
})

test('whatever two do, each text that one wrote is there once at least, and ids are unique', () => {
  const ids = ['a', 'b', 'c', 'd', 'e']
  const version = (who: string) =>
    fc
      .uniqueArray(fc.record({ id: fc.constantFrom(...ids), changed: fc.boolean() }), { selector: ({ id }) => id })
      .map((cells) => spec(cells.map(({ id, changed }) => sql(id, changed ? `${id} ${who}` : id))))
  fc.assert(
    fc.property(version('mine'), version('theirs'), (mine, theirs) => {
      const { spec: merged } = mergeSpecs(base, mine, theirs)
      const there = texts(merged)
      const written = [...mine.cells, ...theirs.cells].filter(({ id, text }) => text !== id)
      expect(written.filter(({ text }) => !there.includes(text))).toEqual([])
      expect(new Set(merged.cells.map(({ id }) => id)).size).toBe(there.length)
    }),
  )
})
