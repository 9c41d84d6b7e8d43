/** Where the demo finds its data and leaves its results, and how its script learns of both. */
import { access, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { cliErrors } from '../errors.ts'

export interface DemoFiles {
  /** The script with the paths of this machine. */
  readonly script: string
  /** Path of examples/flights-demo.sql as it lies there. */
  readonly scriptPath: string
  /** Folder of the results. */
  readonly results: string
}

/** As the script names them, for a run from the root of a checkout. */
const dataInScript = 'node_modules/vega-datasets/data/'
const resultsInScript = 'out/flights'

/** The tables that the script writes, each to a folder below the folder of all. */
export const demoResults: readonly { readonly table: string; readonly folder: string; readonly holds: string }[] = [
  { table: 'daily_delays', folder: 'daily-delays', holds: 'Parquet  each airport and day' },
  { table: 'worst_routes', folder: 'worst-routes', holds: 'CSV      the ten worst of each week' },
  { table: 'alarms', folder: 'alarms', holds: 'CSV      thrice the usual delay' },
  { table: 'set_aside', folder: 'set-aside', holds: 'CSV      what cannot be right' },
]

/** Reads the script and makes room for new results below the current directory. */
export async function prepareDemo(root: string, directory: string): Promise<DemoFiles> {
  const data = await findFlightsData(root, directory)
  const scriptPath = path.join(root, 'examples', 'flights-demo.sql')
  const text = await readFile(scriptPath, 'utf8')
  const results = path.join(directory, ...resultsInScript.split('/'))
  // A file sink only adds; what an earlier run left would be counted twice.
  for (const { folder } of demoResults) await rm(path.join(results, folder), { recursive: true, force: true })
  const script = text.replaceAll(`'${dataInScript}`, `'${quoted(data)}/`).replaceAll(`'${resultsInScript}/`, `'${quoted(results)}/`)
  return { script, scriptPath, results }
}

/** The folder of vega-datasets' files: Millrace's own, or one that was installed where the command runs. */
export async function findFlightsData(root: string, directory = process.cwd()): Promise<string> {
  for (const folder of [root, directory]) {
    const data = path.join(folder, 'node_modules', 'vega-datasets', 'data')
    const found = await access(path.join(data, 'flights-3m.parquet')).then(
      () => true,
      () => false,
    )
    if (found) return data
  }
  throw cliErrors.CLI_DATA_NOT_FOUND(
    {},
    {
      detail: 'The flights come with the package vega-datasets.',
      hint: 'Run "npm install vega-datasets@3.2.1" here, or "make demo" in a checkout.',
    },
  )
}

/** Fit to stand in a text of SQL. */
export function quoted(text: string): string {
  return text.replaceAll("'", "''")
}
