import { expect, test } from 'vitest'
import { type Lineage, type LineageNode, placeables, usersOf } from './lineage.ts'

function node(id: string, kind: LineageNode['kind']): LineageNode {
  return { id, kind, path: [id], entry: id, job: null, state: null, connector: null, distance: 0, hasMore: false }
}

const lineage: Lineage = {
  nodes: [node('t', 'table'), node('v', 'view'), node('w', 'view'), node('reader', 'job'), node('writer', 'job'), node('other', 'table')],
  flows: [
    { from: 'writer', to: 't' },
    { from: 't', to: 'v' },
    { from: 'v', to: 'w' },
    { from: 'w', to: 'reader' },
    { from: 'reader', to: 'other' },
    { from: 'other', to: 'writer' },
  ],
  pending: 0,
  unreadable: 0,
}

test('a table is used by who reads it, by way of views too, and by who writes it; not by what comes after those', () => {
  expect(usersOf(lineage, 't').map(({ node: { id }, how }) => `${id} ${how}`)).toEqual([
    'v reads',
    'w reads',
    'reader reads',
    'writer writes',
  ])
  expect(usersOf(lineage, 'other').map(({ node: { id }, how }) => `${id} ${how}`)).toEqual(['writer reads', 'reader writes'])
})

test('who reads and writes a table uses it twice, and circles of views end', () => {
  const circle = { ...lineage, flows: [...lineage.flows, { from: 't', to: 'writer' }, { from: 'w', to: 'v' }] }
  expect(usersOf(circle, 't').filter(({ node: { id } }) => id === 'writer')).toHaveLength(2)
})

test('each node is laid out behind what leads to it', () => {
  expect(placeables(lineage).find(({ id }) => id === 'w')?.inputs).toEqual([{ from: 'v' }])
  expect(placeables(lineage).find(({ id }) => id === 't')?.inputs).toEqual([{ from: 'writer' }])
})
