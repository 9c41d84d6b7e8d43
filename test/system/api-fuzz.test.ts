/** The interface of the server, asked by Schemathesis whatever its own description allows, and what it does not. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { shortened } from '#base'
import { Millrace, specOf } from '../server/millrace.fixture.ts'
import { runSchemathesis } from './schemathesis.fixture.ts'

const secondsMax = 45
const lineLengthMax = 400
const checks = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance'
/** What ends the session that asks, and streams, which do not end. */
const left = '^/sign-out$|/changes$|/follow$|/runs/events$|/statements/'

test('nothing that is asked breaks the server, and every answer is as described', { timeout: 180_000 }, async () => {
  const millrace = await Millrace.create()
  try {
    const ada = await millrace.admin()
    const script = "CREATE TABLE o (n INT) WITH ('connector' = 'blackhole'); INSERT INTO o VALUES (1)"
    const params = { workspace: 'main' }
    const { id: job } = await ada.call('POST /workspaces/:workspace/jobs', { params, body: specOf(script) })
    const grace = await ada.call('POST /users', { body: { name: 'grace', displayName: '', isServerAdmin: false } })
    // Else nearly all that is asked would be of what is not there; and who asks would take away her own right to.
    const parameters = { workspace: 'main', job, user: grace.user.name }
    await writeFile(
      path.join(millrace.folder, 'schemathesis.toml'),
      ['[parameters]', ...Object.entries(parameters).map(([name, value]) => `${name} = "${value}"`), ''].join('\n'),
    )
    // Without an empty one it makes tokens up, and is a stranger in nearly all that it asks.
    const headers = Object.entries({ ...ada.headers, Authorization: '' }).flatMap(([name, value]) => ['--header', `${name}: ${value}`])
    const { status, said } = await runSchemathesis(millrace.folder, [
      'run',
      `http://127.0.0.1:${millrace.port}/api/v1/openapi.json`,
      ...headers,
      '--phases=coverage,fuzzing',
      `--max-time=${secondsMax}`,
      '--seed=7',
      '--continue-on-failure',
      `--checks=${checks}`,
      `--exclude-path-regex=${left}`,
    ])
    if (status !== 0) throw new Error(withoutLongLines(said))
    expect(Number(/(\d+) generated, \1 passed/.exec(said)?.[1])).toBeGreaterThan(500)
    expect(millrace.failures).toEqual([])
    // It asked as somebody, to the end: only what strangers may ask is refused for being asked too often.
    expect(Number(/Rate limited: (\d+) operation/.exec(said)?.[1] ?? 0)).toBeLessThan(5)
    expect((await ada.try('GET /me')).status).toBe(200)
  } finally {
    await millrace.remove()
  }
})

/** The addresses that it makes up may be longer than all else that it says. */
function withoutLongLines(said: string): string {
  return said
    .split('\n')
    .map((line) => shortened(line, lineLengthMax))
    .join('\n')
}
