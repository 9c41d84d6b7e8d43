import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { families, familyOf, findAwkwardOptions, loadConnectors, renderConnectors } from './connectors-doc.ts'
import { root } from './source.ts'

const page = path.join(root, 'docs/guide/connectors.md')
const connectors = await loadConnectors()
if (process.env['UPDATE']) writeFileSync(page, renderConnectors(connectors))
const text = readFileSync(page, 'utf8')

describe('docs/guide/connectors.md and the connectors', () => {
  test('every connector is of one family, which has a chapter', () => {
    const headings = Array.from(text.matchAll(/^## (\S+)$/gm), (match) => match[1])
    expect(headings).toEqual(families.map(({ names }) => names[0]))
    expect(families.flatMap(({ names }) => names).toSorted()).toEqual(connectors.map(({ name }) => name).toSorted())
    for (const { name } of connectors) expect(familyOf(name)).toContain(name)
  })

  test('the page is what "make update" writes', () => {
    expect(text).toBe(renderConnectors(connectors))
  })

  test('a page with a connector too few differs', () => {
    expect(renderConnectors(connectors.slice(1))).not.toBe(renderConnectors(connectors))
  })
})

describe('options of connectors', () => {
  test('have descriptions that are sentences, and secrets are secret', () => {
    expect(connectors.flatMap(findAwkwardOptions)).toEqual([])
  })

  test('others are named', () => {
    const option = { type: 'text', required: false, default: null } as const
    const options = [
      { ...option, key: 'password', description: 'The password.', isSecret: true as const },
      { ...option, key: 'token', description: 'no sentence' },
    ]
    expect(findAwkwardOptions({ name: 'x', options })).toEqual([
      'x: token: write the description in full sentences',
      'x: token: make it a secret',
    ])
  })
})
