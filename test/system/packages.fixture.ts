/** Programs that the packages of Debian bring, installed where they are missing. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

const installMsMax = 600_000

/** Installs packages of which a program is missing; `words` make the program say something and end. */
export async function installPackages(
  program: string,
  packages: readonly string[],
  words: readonly string[] = ['--version'],
): Promise<void> {
  if (await isThere(program, words)) return
  const install = ['-o', 'DPkg::Lock::Timeout=600', 'install', '-y', '--no-install-recommends', ...packages]
  try {
    await apt(install)
  } catch {
    // The lists of packages may be missing or old.
    await apt(['-o', 'DPkg::Lock::Timeout=600', 'update'])
    await apt(install)
  }
  if (!(await isThere(program, words))) throw new Error(`packages ${packages.join(', ')} did not bring ${program}`)
}

/** Where a program is that the system has; fails where there is none. */
export function programPath(program: string): string {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter)
  const found = folders.map((folder) => path.join(folder, program)).find((file) => existsSync(file))
  if (found === undefined) throw new Error(`there is no ${program} on the PATH`)
  return found
}

function isThere(program: string, words: readonly string[]): Promise<boolean> {
  return promisify(execFile)(program, words).then(
    () => true,
    (error: unknown) => (error as { code?: unknown }).code !== 'ENOENT',
  )
}

async function apt(words: readonly string[]): Promise<void> {
  const [program = '', ...rest] = process.getuid?.() === 0 ? ['apt-get', ...words] : ['sudo', '-n', 'apt-get', ...words]
  await promisify(execFile)(program, rest, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: installMsMax,
    maxBuffer: 2 ** 26,
  })
}
