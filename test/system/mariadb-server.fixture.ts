/** A MariaDB server of its own for a test file: Debian's. Without it the tests fail; they are never skipped. */
import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { DatabaseServer } from './database-server.fixture.ts'
import { startMysqlLike } from './mysql-server.fixture.ts'
import { installPackages } from './packages.fixture.ts'

const server = '/usr/sbin/mariadbd'

/** Installs the server unless it is there. */
export async function installMariadbServer(): Promise<void> {
  await installPackages(server, ['mariadb-server'])
}

export async function startMariadbServer(...settings: readonly string[]): Promise<DatabaseServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-mariadb-'))
  const user = (await promisify(execFile)('id', ['-un'])).stdout.trim()
  const place = ['--no-defaults', `--user=${user}`, `--datadir=${folder}/data`]
  const how = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']
  await promisify(execFile)('mariadb-install-db', [...place, ...how], { maxBuffer: 2 ** 26 })
  return startMysqlLike('mariadb', folder, server, 'mariadb', ['--character-set-server=utf8mb4', ...settings])
}
