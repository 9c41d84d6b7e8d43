import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { findAwkwardOptions, loadFormats, renderFormats, summaries } from './formats-doc.ts'
import { root } from './source.ts'

const page = path.join(root, 'docs/guide/formats.md')
const formats = await loadFormats()
if (process.env['UPDATE']) writeFileSync(page, renderFormats(formats))
const text = readFileSync(page, 'utf8')

describe('docs/guide/formats.md and the formats', () => {
  test('every format has a chapter that says what it is', () => {
    const headings = Array.from(text.matchAll(/^## (\S+)$/gm), (match) => match[1])
    expect(headings).toEqual(formats.map(({ name }) => name))
    expect(new Set(Object.keys(summaries))).toEqual(new Set(headings))
  })

  test('the page is what "make update" writes', () => {
    expect(text).toBe(renderFormats(formats))
  })

  test('a page with a format too few differs', () => {
    expect(renderFormats(formats.slice(1))).not.toBe(renderFormats(formats))
  })
})

describe('options of formats', () => {
  test('have keys of their format, and descriptions that are sentences', () => {
    expect(formats.flatMap(findAwkwardOptions)).toEqual([])
  })

  test('others are named', () => {
    const option = { type: 'text', required: false, default: null } as const
    const options = [
      { ...option, key: 'csv.header', description: 'Whether it is there.' },
      { ...option, key: 'header', description: 'whether' },
    ]
    expect(findAwkwardOptions({ name: 'csv', options })).toEqual([
      'header: begin the key with "csv."',
      'header: write the description in full sentences',
    ])
  })
})
