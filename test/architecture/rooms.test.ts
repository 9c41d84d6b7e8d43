import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  findFileCircles,
  findForbiddenImports,
  findOutsideGlobals,
  findStarExports,
  findUndeclared,
  findUpwardRows,
  packageOwners,
  rooms,
} from './rooms.ts'
import { listFolders, makeSource, readSources, root } from './source.ts'

const sources = readSources('src', 'test', 'bench')

describe('this repository', () => {
  test('declared rooms and real folders are equal', () => {
    expect(findUndeclared(listFolders('src'))).toEqual([])
  })

  test('the table is drawn from bottom to top', () => {
    expect(findUpwardRows()).toEqual([])
  })

  test('ARCHITECTURE.md shows the same table', () => {
    const page = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8')
    const rows = Array.from(page.matchAll(/^\| `(\w+)` \|.*\| ([^|]+) \|$/gm), (row) => [row[1], row[2] === '–' ? [] : row[2]?.split(' ')])
    expect(rows).toEqual(Object.entries(rooms))
  })

  test('every import is allowed', () => {
    expect(sources.flatMap((source) => findForbiddenImports(source))).toEqual([])
  })

  test('every package is owned by a declared room', () => {
    expect(Object.values(packageOwners).flatMap((owners) => owners.filter((owner) => !(owner in rooms)))).toEqual([])
  })

  test('only the outside rooms use the clock, chance, the network and the process', () => {
    expect(sources.flatMap(findOutsideGlobals)).toEqual([])
  })

  test('doors list their names one by one', () => {
    expect(sources.flatMap(findStarExports)).toEqual([])
  })

  test('files do not import in circles', () => {
    expect(findFileCircles(sources)).toEqual([])
  })
})

/** Laws that do not change with the code, to show each one something to find. */
const sample = {
  rooms: {
    base: [],
    data: ['base'],
    plan: ['base', 'data'],
    sql: ['base', 'plan'],
    formats: ['base', 'data'],
    query: ['base', 'sql'],
    cli: ['base', 'query'],
  },
  packageOwners: { hyparquet: ['formats'], shared: ['data', 'formats'] },
}

describe('each law is able to fail', () => {
  test('rooms without a folder and folders without a row are named', () => {
    const table = { base: [], data: ['base'] }
    expect(findUndeclared(['base', 'extras'], table)).toEqual([
      expect.stringContaining('room "data" is declared but src/data/ does not exist'),
      expect.stringContaining('src/extras/ is not a declared room'),
    ])
  })

  test('a row that points upward is named', () => {
    expect(findUpwardRows({ base: ['data'], data: ['base'] })).toEqual([expect.stringContaining('room "base" may not import "data"')])
  })

  test.each([
    ['src/data/type.ts', '#plan', 'room "data" may not import "#plan": it may import base'],
    ['src/base/error.ts', '#data', 'it may import no other room'],
    ['src/sql/parse.ts', '#sql', 'does not enter through its own door'],
    ['src/query/run.ts', '#sql/syntax', 'not the door of a room: import "#sql"'],
    ['src/query/run.ts', '#tables', 'the rooms are base, data, plan'],
    ['src/sql/parse.ts', '../plan/plan.ts', 'leaves src/sql/'],
    ['src/main.ts', './sql/index.ts', 'import "#sql"'],
    ['test/conformance/run.ts', '../../src/sql/parse.ts', 'leaves test/'],
    ['src/data/type.ts', './random-rows.fixture.ts', 'only serves tests'],
    ['src/formats/csv/reader.ts', '../json/reader.ts', '"csv" may not import its sibling "json"'],
    ['src/engines/embedded/start.ts', '../flink/client.ts', '"embedded" may not import its sibling "flink"'],
    ['src/query/run.ts', 'node:fs', 'touches the outside world'],
    ['src/formats/csv/reader.ts', 'node:fs/promises', 'touches the outside world'],
    ['src/engines/embedded/start.ts', 'node:worker_threads', 'touches the outside world'],
    ['src/data/type.ts', 'node:zlib', 'touches the outside world'],
    ['src/cli/run.ts', 'fs', 'name the built-in module "node:fs"'],
    ['src/dataflow/join.ts', 'hyparquet', 'belongs to room "formats"'],
    ['src/cli/run.ts', 'shared', 'belongs to room "data" and "formats"'],
    ['src/cli/run.ts', 'left-pad', 'has no owner room'],
    ['src/cli/run.ts', '@scope/left-pad/deep', 'package "@scope/left-pad" has no owner room'],
  ])('%s may not import %s', (from, to, trouble) => {
    for (const statement of [
      `import { a } from '${to}'`,
      `import type { A } from '${to}'`,
      `export { a } from '${to}'`,
      `await import('${to}')`,
    ]) {
      expect(findForbiddenImports(makeSource(from, statement), sample)).toEqual([expect.stringContaining(trouble)])
    }
  })

  test.each([
    ['src/sql/parse.ts', '#plan'],
    ['src/sql/syntax/parse.ts', '../bind/bind.ts'],
    ['src/main.ts', '#cli'],
    ['src/data/type.ts', 'shared'],
    ['src/formats/csv/reader.ts', 'shared'],
    ['src/formats/csv/reader.ts', '../format.ts'],
    ['src/formats/list.ts', './csv/format.ts'],
    ['src/formats/gzip.ts', 'node:zlib'],
    ['src/connectors/filesystem/source.ts', 'node:fs'],
    ['src/engines/flink/client.ts', 'node:http'],
    ['src/formats/avro/client.ts', 'node:http'],
    ['src/data/type.test.ts', 'fast-check'],
    ['src/data/random-rows.fixture.ts', 'fast-check'],
    ['src/data/type.test.ts', './random-rows.fixture.ts'],
    ['test/conformance/run.ts', 'node:fs'],
  ])('%s may import %s', (from, to) => {
    expect(findForbiddenImports(makeSource(from, `import { a } from '${to}'`), sample)).toEqual([])
  })

  test.each([
    ['src/dataflow/time.ts', 'const now = Date.now()', 'take a Clock'],
    ['src/cli/run.ts', 'const now = new Date()', 'take a Clock'],
    ['src/plan/id.ts', 'const id = Math.random()', 'seeded'],
    ['src/query/run.ts', "await fetch('http://localhost')", 'network'],
    ['src/query/run.ts', 'process.exit(1)', 'parameter'],
  ])('%s may not hold %s', (path, text, trouble) => {
    expect(findOutsideGlobals(makeSource(path, text))).toEqual([expect.stringContaining(trouble)])
  })

  test('words in comments and names in texts are no use of the world', () => {
    expect(findOutsideGlobals(makeSource('src/plan/a.ts', '// Date.now() and process.exit() are outside\nreader.fetch(1)\n'))).toEqual([])
  })

  test('star exports are named', () => {
    expect(findStarExports(makeSource('src/data/index.ts', "export * from './type.ts'\nexport * as all from './type.ts'\n"))).toHaveLength(
      2,
    )
    expect(
      findStarExports(makeSource('src/data/index.ts', "export { a } from './type.ts'\nexport const b = 1\nexport default b\n")),
    ).toEqual([])
  })

  test('a circle is named with its files, and type imports close none', () => {
    const a = makeSource('src/plan/a.ts', "import { b } from './b.ts'")
    const b = (statement: string) => makeSource('src/plan/b.ts', statement)
    expect(findFileCircles([a, b("import { a } from './a.ts'")])).toEqual([
      expect.stringContaining('src/plan/a.ts, src/plan/b.ts: import one another'),
    ])
    expect(findFileCircles([a, b("import type { a } from './a.ts'")])).toEqual([])
  })
})
