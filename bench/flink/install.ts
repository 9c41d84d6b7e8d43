/** Flink and our source for it, put together by Maven in a folder of the user's cache. */
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Installation {
  readonly folder: string
  readonly classPath: string
  readonly flinkVersion: string
  readonly javaVersion: string
}

const project = import.meta.dirname

export async function installFlink(): Promise<Installation> {
  const pom = readFileSync(join(project, 'pom.xml'), 'utf8')
  const flinkVersion = /<flink\.version>(.*?)</.exec(pom)?.[1] ?? ''
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'millrace', 'bench', `flink-${flinkVersion}`)
  const build = join(folder, 'build')
  mkdirSync(folder, { recursive: true })
  await maven(['-f', join(project, 'pom.xml'), 'package', `-Dbuild.folder=${build}`])
  // A cluster that runs reads its classes when it needs them: the next build must not take them away.
  const jar = join(folder, 'nexmark-own.jar')
  copyFileSync(join(build, 'nexmark-own.jar'), jar)
  if (!existsSync(join(build, 'lib'))) throw new Error(`Maven left no jars in ${build}`)
  const { stderr } = await promisify(execFile)('java', ['-version'])
  return { folder, flinkVersion, classPath: `${join(build, 'lib')}/*:${jar}`, javaVersion: stderr.split('\n')[0]?.trim() ?? '' }
}

async function maven(words: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('mvn', ['-B', '-q', ...words])
  } catch (error) {
    const { message, stdout } = error as Error & { readonly stdout?: string }
    throw new Error(
      `Maven could not put Flink together; it needs Maven, a JDK of version 17 and a repository\n${message}\n${stdout ?? ''}`,
      {
        cause: error,
      },
    )
  }
}
