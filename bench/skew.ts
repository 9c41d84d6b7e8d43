/**
 * 91 % of the rows on one key: by one worker, by two, and by two processes at once with half of the files each. How much faster the two
 * processes are is as much as two cores of the machine can do together.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { median, runOnce, type Usage } from './measure.ts'

const filesPerHalf = 6
const rowsPerFile = 4_000_000
const halves = ['a', 'b'] as const
const rowsMillions = (halves.length * filesPerHalf * rowsPerFile) / 1e6

export async function reportSkew(millrace: string, scripts: string, runs: number): Promise<void> {
  const data = prepareSkewed()
  const run = (name: string, workers: number, place: string): (() => Promise<Usage>) => {
    const script = join(scripts, `skew-${name}.sql`)
    writeFileSync(script, scriptOf(workers, place))
    return () => runOnce(millrace, ['run', script])
  }
  const [first, second] = halves.map((half) => run(half, 1, join(data, half))) as [() => Promise<Usage>, () => Promise<Usage>]
  const one = await median(runs, run('one', 1, data))
  const two = await median(runs, run('two', 2, data))
  const apart = await median(runs, async () => together(await Promise.all([first(), second()])))
  console.log(`CSV, count, sum and greatest per key, 91 % of ${rowsMillions} M rows on one key`)
  console.log(`  1 worker      ${describe(one)}`)
  console.log(`  2 workers     ${describe(two)}, ${(one.wallSeconds / two.wallSeconds).toFixed(2)} times as fast as 1`)
  console.log(
    `  2 processes   ${describe(apart)}, ${(one.wallSeconds / apart.wallSeconds).toFixed(2)} times as fast, with half of the files each`,
  )
}

function scriptOf(workers: number, place: string): string {
  return `SET 'parallelism.default' = '${workers}';
    CREATE TABLE numbers (k INT, v INT) WITH ('connector' = 'filesystem', 'path' = '${place}', 'format' = 'csv');
    CREATE TABLE sink (k INT, c BIGINT, s BIGINT, m INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'blackhole');
    INSERT INTO sink SELECT k, COUNT(*), SUM(v), MAX(v) FROM numbers GROUP BY k;`
}

function together([a, b]: readonly [Usage, Usage]): Usage {
  return { wallSeconds: Math.max(a.wallSeconds, b.wallSeconds), cpuSeconds: a.cpuSeconds + b.cpuSeconds, peakMb: a.peakMb + b.peakMb }
}

function describe({ wallSeconds, cpuSeconds, peakMb }: Usage): string {
  return `${wallSeconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} CPU-seconds, peak ${peakMb.toFixed(0)} MB`
}

/** Writes the files once, into the cache of the user. */
function prepareSkewed(): string {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'millrace', 'bench', `skewed-${rowsMillions}m`)
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.part`
  rmSync(unfinished, { recursive: true, force: true })
  let seed = 1
  const random = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return seed / 0x7fffffff
  }
  for (const half of halves) {
    mkdirSync(join(unfinished, half), { recursive: true })
    for (let file = 0; file < filesPerHalf; file++) {
      const handle = openSync(join(unfinished, half, `${file}.csv`), 'w')
      const line = (): string => `${random() < 0.91 ? 7 : Math.floor(random() * 100_000)},${Math.floor(random() * 1000)}\n`
      for (let row = 0; row < rowsPerFile; row += 10_000) writeSync(handle, Array.from({ length: 10_000 }, line).join(''))
      closeSync(handle)
    }
  }
  renameSync(unfinished, folder)
  return folder
}
