/** The folder in which the demo's server keeps everything: made once, and gone on with by every later demo from the same place. */
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { CliEnvironment } from '../environment.ts'
import { cliErrors } from '../errors.ts'
import { findFlightsData, quoted } from './demo-files.ts'

export interface DemoFolder {
  readonly folder: string
  /** Of the server. */
  readonly data: string
  /** Tables and jobs as files, with the paths of this machine. */
  readonly files: string
}

/** As the files of examples/flights-live name them. */
const dataInFiles = 'node_modules/vega-datasets/data/'
const folderInFiles = 'out/demo/'
const flightsFolder = 'flights-of-2001'

/** The flights in their order, numbered, so that they can be looked up one after another. */
function numberedFlights(data: string, target: string): string {
  return `
SET 'execution.runtime-mode' = 'batch';
CREATE TABLE flights (\`date\` TIMESTAMP(3), delay BIGINT, distance BIGINT, origin STRING, destination STRING)
WITH ('connector' = 'filesystem', 'path' = '${quoted(data)}/flights-3m.parquet', 'format' = 'parquet');
CREATE TABLE numbered (n BIGINT, origin STRING, destination STRING, delay BIGINT, distance BIGINT)
WITH ('connector' = 'filesystem', 'path' = '${quoted(target)}', 'format' = 'csv');
INSERT INTO numbered
SELECT ROW_NUMBER() OVER (ORDER BY \`date\`, origin, destination) - 1, origin, destination, delay, distance
FROM (SELECT * FROM flights WHERE delay BETWEEN -60 AND 1440 LIMIT 100000);`
}

/** Below the current directory. */
export async function prepareDemoFolder(environment: CliEnvironment): Promise<DemoFolder> {
  const directory = process.cwd()
  const folder = path.join(directory, ...folderInFiles.split('/').filter((part) => part !== ''))
  const data = await findFlightsData(environment.root, directory)
  const places = { folder, data: path.join(folder, 'server'), files: path.join(folder, 'files') }
  try {
    await mkdir(folder, { recursive: true })
    await writeFlights(data, folder, environment)
    await writeFiles(path.join(environment.root, 'examples', 'flights-live'), places.files, [
      [dataInFiles, `${data}/`],
      [folderInFiles, `${folder}/`],
    ])
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw cliErrors.CLI_DEMO_FOLDER({ folder }, { detail: `${(error as Error).message}.`, cause: error })
  }
  return places
}

/** Moved into place when it is whole: a demo that was broken off leaves no half of it. */
async function writeFlights(data: string, folder: string, environment: CliEnvironment): Promise<void> {
  const place = path.join(folder, flightsFolder)
  if (await holdsFiles(place)) return
  const building = `${place}.new`
  await rm(building, { recursive: true, force: true })
  const session = await environment.createSession({})
  await session.run(numberedFlights(data, building), {}, new AbortController().signal)
  await rm(place, { recursive: true, force: true })
  await rename(building, place)
}

async function holdsFiles(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => [])
  return names.length > 0
}

/** Copies a folder of scripts, in which paths between quotes are those of this machine. */
async function writeFiles(from: string, to: string, paths: readonly (readonly [string, string])[]): Promise<void> {
  await rm(to, { recursive: true, force: true })
  await cp(from, to, { recursive: true })
  for (const entry of await readdir(to, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = path.join(entry.parentPath, entry.name)
    let text = await readFile(file, 'utf8')
    for (const [before, after] of paths) text = text.replaceAll(`'${before}`, `'${quoted(after)}`)
    await writeFile(file, text)
  }
}
