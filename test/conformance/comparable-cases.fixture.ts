/** The cases whose answers may be compared with those of runs that send the rows of several keys in another order. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseTestFile, type TestFile } from '#sqltest'

type Test = TestFile['tests'][number]

const folder = path.join(import.meta.dirname, 'cases')

/** Files with those of their cases that have no gap, are comparable, and are `wanted`; files without any are left out. */
export function comparableCases(wanted: (test: Test) => boolean = () => true) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sqltest'))
  return names.flatMap((name) => {
    const file = parseTestFile(name, readFileSync(path.join(folder, name), 'utf8'))
    const cases = file.tests.filter((test) => test.gap === null && test.steps.every(isComparable) && wanted(test))
    return cases.length === 0 ? [] : [{ name, file, cases }]
  })
}

/** The order of changes among keys is anybody's, and so is what is listed in the order of rows of several keys. */
function isComparable({ expectation, sql }: Test['steps'][number]): boolean {
  if (expectation?.kind === 'rows in order' && !sql.includes('ORDER BY')) return false
  return (
    expectation?.kind !== 'changelog' && !/(?:LISTAGG|ARRAY_AGG|JSON_ARRAYAGG|FIRST_VALUE|LAST_VALUE)\([^)]*\).*FROM \(SELECT/.test(sql)
  )
}
