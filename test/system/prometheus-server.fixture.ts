/** Prometheus as Debian has it: its tool that judges metrics, and a server that scrapes an address each second. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { installPackages } from './packages.fixture.ts'
import { freePort } from './ports.fixture.ts'

const answerMsMax = 60_000

export function installPrometheus(): Promise<void> {
  return installPackages('promtool', ['prometheus'])
}

/** What the tool has to say of metrics; empty: nothing. */
export async function checkMetrics(text: string): Promise<string> {
  const tool = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [tool.stdout, tool.stderr])
    stream.on('data', (bytes: Buffer) => {
      said += String(bytes)
    })
  tool.stdin.end(text)
  const status = await new Promise<number | null>((resolve) => tool.once('close', resolve))
  return status === 0 || said !== '' ? said : `promtool ended with status ${status}`
}

export interface PrometheusServer {
  /** The newest values of a query, by the labels that are named; waits until there is one. */
  ask(query: string, ...labels: readonly string[]): Promise<Record<string, number>>
  remove(): Promise<void>
}

/** @param target such as `127.0.0.1:8080`, where `/metrics` is scraped */
export async function startPrometheus(target: string): Promise<PrometheusServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-prometheus-'))
  const config = path.join(folder, 'prometheus.yml')
  const scrape = { job_name: 'millrace', scrape_interval: '1s', scrape_timeout: '1s', static_configs: [{ targets: [target] }] }
  await writeFile(config, JSON.stringify({ scrape_configs: [scrape] }))
  const port = await freePort()
  const words = [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`]
  const child = spawn('prometheus', words, { stdio: 'ignore' })
  const endWithUs = (): void => void child.kill('SIGKILL')
  process.once('exit', endWithUs)
  return {
    ask: (query, ...labels) => ask(port, child, query, labels),
    remove: async () => {
      const ended = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGKILL')
      await ended
      process.off('exit', endWithUs)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Answer {
  readonly data: {
    readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[]
  }
}

async function ask(port: number, child: ChildProcess, query: string, labels: readonly string[]): Promise<Record<string, number>> {
  for (let waitedMs = 0; waitedMs < answerMsMax; waitedMs += 250) {
    if (child.exitCode !== null) throw new Error(`Prometheus ended with status ${child.exitCode}`)
    const found = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`).then(
      async (response) => (response.ok ? ((await response.json()) as Answer).data.result : []),
      () => [],
    )
    if (found.length > 0)
      return Object.fromEntries(found.map(({ metric, value }) => [labels.map((label) => metric[label] ?? '').join(' '), Number(value[1])]))
    await sleep(250)
  }
  throw new Error(`Prometheus has no answer to ${query}`)
}
