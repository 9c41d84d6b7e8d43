/** JARs of jobs for Flink, compiled by the tests: what they do is written in the tests that run them. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { installFlink } from '#clusters'
import { flinkVersion } from './flink-server.fixture.ts'

interface JavaProgram {
  /** The text of each class of the package `demo`, by its name. */
  readonly classes: Readonly<Record<string, string>>
  /** The class that the JAR names as its own; left out: none. */
  readonly mainClass?: string
  /** JARs that it is compiled against, besides Flink. */
  readonly libraries?: readonly string[]
}

/** Makes a JAR of this name in a folder, against the libraries of Flink; its path. */
export async function compileJar(folder: string, name: string, { classes, mainClass, libraries = [] }: JavaProgram): Promise<string> {
  const building = path.join(folder, `${name}-building`)
  await mkdir(path.join(building, 'classes'), { recursive: true })
  const files: string[] = []
  for (const [className, text] of Object.entries(classes)) {
    const file = path.join(building, `${className}.java`)
    await writeFile(file, `package demo;\n${text}`)
    files.push(file)
  }
  const flink = await installFlink(flinkVersion, process.env, () => undefined)
  const run = promisify(execFile)
  const classPath = [path.join(flink, '*'), ...libraries].join(path.delimiter)
  await run('javac', ['--release', '17', '-proc:none', '-cp', classPath, '-d', path.join(building, 'classes'), ...files])
  const jar = path.join(folder, `${name}.jar`)
  const main = mainClass === undefined ? [] : ['--main-class', `demo.${mainClass}`]
  await run('jar', ['--create', '--file', jar, ...main, '-C', path.join(building, 'classes'), '.'])
  return jar
}
