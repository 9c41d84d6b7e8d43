import { describe, expect, test } from 'vitest'
import { findFileCircles } from './rooms.ts'
import { makeSource, readSources } from './source.ts'
import { findForbiddenWebImports, findForbiddenWebUses } from './web.ts'

const sources = readSources('web/src')

describe('the console', () => {
  test('imports the types of the contract, rooms that run in a browser, and packages of its own', () => {
    expect(sources.length).toBeGreaterThan(50)
    expect(sources.flatMap(findForbiddenWebImports)).toEqual([])
  })

  test('uses nothing of Node, writes no markup from texts and asks no other server', () => {
    expect(sources.flatMap(findForbiddenWebUses)).toEqual([])
  })

  test('its files do not import in circles', () => {
    expect(findFileCircles(sources)).toEqual([])
  })

  test('no room imports it', () => {
    expect(readSources('src').flatMap(({ path, imports }) => (imports.some(({ to }) => to.includes('web/')) ? [path] : []))).toEqual([])
  })
})

describe('each law is able to fail', () => {
  test.each([
    ["import { routes } from '#api/contract'", 'is for types'],
    ["import { a } from '#connectors'", 'does not run in a browser: the console sees base, data, plan, sql and #api/contract'],
    ["import type { A } from '#api'", 'does not run in a browser'],
    ["import { a } from '../../../src/sql/index.ts'", 'leaves web/src/'],
    ["import fs from 'node:fs'", 'is not in a browser'],
    ["import axios from 'axios'", 'none of the console'],
    ["await import('reactor')", 'none of the console'],
  ])('%s', (statement, trouble) => {
    expect(findForbiddenWebImports(makeSource('web/src/jobs/a.tsx', statement))).toEqual([expect.stringContaining(trouble)])
  })

  test.each([
    "import type { Contract } from '#api/contract'",
    "import { parseScript } from '#sql'",
    "import { Icon } from '../parts/icon.tsx'",
    "import { createRoot } from 'react-dom/client'",
    "import '@mantine/core/styles.css'",
  ])('%s is allowed', (statement) => {
    expect(findForbiddenWebImports(makeSource('web/src/jobs/a.tsx', statement))).toEqual([])
  })

  test.each([
    'process.env',
    'Buffer.from(a)',
    'a.innerHTML = b',
    '<a dangerouslySetInnerHTML={b} />',
    "eval('a')",
    "fetch('https://cdn.example/a')",
  ])('%s is found', (text) => {
    expect(findForbiddenWebUses(makeSource('web/src/a.tsx', text))).toHaveLength(1)
  })
})
