/**
 * HDFS with WebHDFS: a name node and a data node from Maven's artifacts, which are copied once into the user's cache. Needs Maven and
 * Java 17; without them the tests fail, they are never skipped.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cachedPath, fetchLibraries, installOnce } from './install.fixture.ts'
import { freePorts } from './ports.fixture.ts'

const version = '3.4.2'
const startMsMax = 100_000

const library = `hadoop-${version}`

/** Fetches the jars unless they are there. */
export async function installHdfsServer(): Promise<void> {
  const artifacts = ['hadoop-common', 'hadoop-hdfs', 'hadoop-hdfs-client']
  await installOnce(library, (building) =>
    fetchLibraries(
      building,
      artifacts.map((name) => ['org.apache.hadoop', name, version] as const),
    ),
  )
}

interface Ports {
  readonly rpc: number
  readonly web: number
  readonly data: number
  readonly dataWeb: number
  readonly dataRpc: number
}

export interface HdfsServer {
  /** Host and port of WebHDFS. */
  readonly host: string
  /** Of Hadoop's own protocol. */
  readonly rpcPort: number
  /** Enters or leaves safe mode. */
  safeMode(action: 'enter' | 'leave'): Promise<void>
  /** Ends both nodes, as a power cut would. */
  kill(): Promise<void>
  restart(): Promise<void>
  remove(): Promise<void>
}

/** Starts both nodes with an empty file system of their own. */
export async function startHdfsServer(): Promise<HdfsServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-hdfs-'))
  const [rpc = 0, web = 0, data = 0, dataWeb = 0, dataRpc = 0] = await freePorts(5)
  const ports = { rpc, web, data, dataWeb, dataRpc }
  await configure(folder, ports)
  await ended(java(folder, 96, 'org.apache.hadoop.hdfs.server.namenode.NameNode', '-format', '-nonInteractive'))
  let nodes: ChildProcess[] = []
  const start = async (): Promise<void> => {
    nodes = [
      java(folder, 192, 'org.apache.hadoop.hdfs.server.namenode.NameNode'),
      java(folder, 160, 'org.apache.hadoop.hdfs.server.datanode.DataNode'),
    ]
    await untilReady(web, nodes)
  }
  const kill = async (): Promise<void> => {
    const running = nodes.splice(0)
    for (const node of running) node.stdin?.end()
    await Promise.all(running.map(ended))
  }
  await start()
  return {
    host: `127.0.0.1:${web}`,
    rpcPort: rpc,
    safeMode: async (action) => {
      await ended(java(folder, 96, 'org.apache.hadoop.hdfs.tools.DFSAdmin', '-safemode', action))
    },
    kill,
    restart: start,
    remove: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function configure(folder: string, ports: Ports): Promise<void> {
  // The servers of pages insist on these folders, which the jars do not hold.
  for (const name of ['hdfs', 'datanode', 'static']) {
    await mkdir(path.join(folder, 'conf', 'webapps', name, 'WEB-INF'), { recursive: true })
  }
  await writeSite(folder, 'core', { 'fs.defaultFS': `hdfs://127.0.0.1:${ports.rpc}`, 'hadoop.tmp.dir': path.join(folder, 'tmp') })
  await writeSite(folder, 'hdfs', {
    'dfs.namenode.name.dir': `file://${folder}/name`,
    'dfs.datanode.data.dir': `file://${folder}/data`,
    'dfs.replication': '1',
    'dfs.namenode.rpc-address': `127.0.0.1:${ports.rpc}`,
    'dfs.namenode.http-address': `127.0.0.1:${ports.web}`,
    'dfs.datanode.address': `127.0.0.1:${ports.data}`,
    'dfs.datanode.http.address': `127.0.0.1:${ports.dataWeb}`,
    'dfs.datanode.ipc.address': `127.0.0.1:${ports.dataRpc}`,
    'dfs.datanode.hostname': '127.0.0.1',
    'dfs.client.use.datanode.hostname': 'true',
    'dfs.namenode.datanode.registration.ip-hostname-check': 'false',
    'dfs.permissions.enabled': 'true',
    'dfs.permissions.superusergroup': 'nobody',
    'dfs.namenode.safemode.extension': '0',
    'dfs.heartbeat.interval': '1',
    'dfs.namenode.heartbeat.recheck-interval': '3000',
    'dfs.datanode.du.reserved': '0',
    'dfs.namenode.handler.count': '4',
    'dfs.ls.limit': '3',
  })
  const log = 'log4j.rootLogger=WARN,console\nlog4j.appender.console=org.apache.log4j.ConsoleAppender\n'
  await writeFile(path.join(folder, 'conf', 'log4j.properties'), `${log}log4j.appender.console.layout=org.apache.log4j.SimpleLayout\n`)
}

async function writeSite(folder: string, name: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const rows = Object.entries(settings).map(([key, value]) => `<property><name>${key}</name><value>${value}</value></property>`)
  await writeFile(path.join(folder, 'conf', `${name}-site.xml`), `<configuration>${rows.join('\n')}</configuration>`)
}

/** A process that ends with this one, however that ends: its shell waits for the end of its input. */
function java(folder: string, heapMegabytes: number, ...words: readonly string[]): ChildProcess {
  const script =
    '"$@" </dev/null & child=$!; (cat >/dev/null; kill -9 $child 2>/dev/null) <&3 & watch=$!; wait $child; kill $watch 2>/dev/null; exit 0'
  const flags = [`-Xmx${heapMegabytes}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.net.preferIPv4Stack=true']
  const classes = `${path.join(folder, 'conf')}:${cachedPath(library)}/*`
  const line = ['java', ...flags, '--add-opens', 'java.base/java.lang=ALL-UNNAMED', '-cp', classes, ...words]
  return spawn('bash', ['-c', `exec 3<&0; ${script}`, 'bash', ...line], { stdio: ['pipe', 'ignore', 'ignore'], cwd: folder })
}

function ended(child: ChildProcess): Promise<void> {
  return child.exitCode !== null ? Promise.resolve() : new Promise((resolve) => child.once('close', () => resolve()))
}

/** It can be used when its data node is known and safe mode is over. */
async function untilReady(web: number, nodes: readonly ChildProcess[]): Promise<void> {
  for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += 200) {
    if (nodes.some(({ exitCode }) => exitCode !== null)) throw new Error('a node of HDFS ended')
    const state = await fetch(`http://127.0.0.1:${web}/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState`)
      .then((answer) => answer.text())
      .catch(() => '')
    if (/"NumLiveDataNodes"\s*:\s*1/.test(state) && /"FSState"\s*:\s*"Operational"/.test(state)) return
    await sleep(200)
  }
  throw new Error(`HDFS was not ready within ${startMsMax} ms`)
}
