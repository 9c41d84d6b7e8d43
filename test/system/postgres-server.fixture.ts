/** A PostgreSQL server of its own for a test file: Debian's, with a password. Without it the tests fail; they are never skipped. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type DatabaseServer, ServerChild } from './database-server.fixture.ts'
import { installPackages } from './packages.fixture.ts'
import { freePort } from './ports.fixture.ts'

const programs = '/usr/lib/postgresql/15/bin'
const user = 'postgres'
const database = 'test'

/** Installs the server unless it is there. The package is kept from starting one of its own. */
export async function installPostgresServer(): Promise<void> {
  const setup =
    'mkdir -p /etc/postgresql-common && [ -e /etc/postgresql-common/createcluster.conf ] || echo create_main_cluster = false >/etc/postgresql-common/createcluster.conf'
  const isThere = await promisify(execFile)(`${programs}/postgres`, ['--version']).then(
    () => true,
    () => false,
  )
  if (!isThere) await promisify(execFile)('sh', ['-c', setup])
  await installPackages(`${programs}/postgres`, ['postgresql-15'])
}

/** The server refuses to run as root: then it runs as the user of its package. */
function asOwner(words: readonly string[]): string[] {
  const isRoot = process.getuid?.() === 0
  return isRoot ? ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', ...words] : [...words]
}

async function run(words: readonly string[]): Promise<string> {
  const [program = '', ...rest] = words
  const { stdout } = await promisify(execFile)(program, rest, { cwd: tmpdir(), maxBuffer: 2 ** 26 })
  return stdout
}

/** `settings` such as `max_connections=20`. Writing is not forced to the disk: the machine stays up. */
export async function startPostgresServer(...settings: readonly string[]): Promise<DatabaseServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-postgres-'))
  const port = await freePort()
  const password = randomBytes(12).toString('hex')
  await writeFile(path.join(folder, 'password'), password)
  await chmod(folder, 0o755)
  if (process.getuid?.() === 0) await run(['chown', '-R', `${user}:`, folder])
  const data = path.join(folder, 'data')
  const login = ['-A', 'scram-sha-256', `--pwfile=${folder}/password`]
  await run(asOwner([`${programs}/initdb`, '-D', data, '-U', user, ...login, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']))
  const all = [`unix_socket_directories=${folder}`, 'listen_addresses=127.0.0.1', 'fsync=off', 'full_page_writes=off', ...settings]
  const words = all.flatMap((setting) => ['-c', setting])
  const askIn = async (name: string, sql: string): Promise<string[][]> => {
    const place = `postgresql://${user}:${password}@127.0.0.1:${port}/${name}`
    const shown = ['-X', '-q', '-A', '-t', '-F', '\t', '-P', 'null=NULL', '-v', 'ON_ERROR_STOP=1', '-c', sql]
    const text = await run(['env', 'PGTZ=UTC', 'psql', place, ...shown])
    return text === ''
      ? []
      : text
          .replace(/\n$/, '')
          .split('\n')
          .map((line) => line.split('\t'))
  }
  const child = new ServerChild(asOwner([`${programs}/postgres`, '-D', data, '-p', String(port), ...words]), () => askIn(user, 'SELECT 1'))
  await child.start()
  await askIn(user, `CREATE DATABASE ${database}`)
  return {
    name: 'postgresql',
    port,
    user,
    password,
    database,
    url: `jdbc:postgresql://127.0.0.1:${port}/${database}`,
    certificates: null,
    ask: (sql) => askIn(database, sql),
    stop: () => child.end('SIGINT'),
    kill: () => child.end('SIGQUIT'),
    restart: () => child.start(),
    remove: async () => {
      await child.end('SIGQUIT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}
