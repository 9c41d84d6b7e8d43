/** Schemathesis, as PyPI has it, in an environment of its own in the user's cache: it asks an API whatever its description allows, and more. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { cachedPath, installOnce, runIn } from './install.fixture.ts'
import { installPackages } from './packages.fixture.ts'

const version = '4.32.5'
const place = `schemathesis-${version}`

export async function installSchemathesis(): Promise<void> {
  await installOnce(place, async (building) => {
    // The module for environments is a package of its own in Debian; `ensurepip` is what it brings.
    await installPackages('python3', ['python3'])
    await runIn(building, 'python3', ['-c', 'import ensurepip']).catch(() => installPackages('pip3', ['python3-venv', 'python3-pip']))
    await runIn(building, 'python3', ['-m', 'venv', 'environment'])
    await runIn(building, 'environment/bin/python', ['-m', 'pip', 'install', '--quiet', `schemathesis==${version}`])
    return path.join(building, 'environment')
  })
}

/** Runs it with its words in a folder; gives its exit status and all that it said. */
export async function runSchemathesis(
  folder: string,
  words: readonly string[],
): Promise<{ readonly status: number; readonly said: string }> {
  // Its own script names the folder that it was installed in, which has another name since.
  const python = path.join(cachedPath(place), 'bin', 'python')
  try {
    const options = { cwd: folder, env: { ...process.env, NO_COLOR: '1' }, maxBuffer: 2 ** 26 }
    const { stdout } = await promisify(execFile)(python, ['-m', 'schemathesis.cli', ...words], options)
    return { status: 0, said: stdout }
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string }
    return { status: typeof code === 'number' ? code : -1, said: `${stdout}${stderr}` }
  }
}
