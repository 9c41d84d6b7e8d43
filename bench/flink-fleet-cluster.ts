/** The job manager of many jobs, as far as it is looked at: `<jobs> <vertices of each>`. Answers as late as a real one; prints its address. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const [count = 0, vertexCount = 0] = process.argv.slice(2).map(Number)
const overviewMs = 60
const otherMs = 10
const startedAt = 1_795_225_695_491

const tasks = { running: vertexCount, canceling: 0, canceled: 0, total: vertexCount, created: 0, scheduled: 0, deploying: 0, finished: 0 }
const jobOf = (jid: string): object => ({
  jid,
  name: `orders by hour ${jid}`,
  jobType: 'STREAMING',
  schedulerType: 'Default',
  'start-time': startedAt,
  'end-time': -1,
  duration: 51_479,
  state: 'RUNNING',
  'last-modification': startedAt,
  tasks: { ...tasks, reconciling: 0, initializing: 0, failed: 0 },
  'pending-operators': 0,
})
const overview = JSON.stringify({ jobs: Array.from({ length: count }, (_, index) => jobOf(index.toString(16).padStart(32, '0'))) })
const vertices = Array.from({ length: vertexCount }, (_, index) => ({
  id: `${index}`.padStart(32, 'a'),
  name: index === 0 ? 'Source: orders[1] -> Calc[2]' : `GroupAggregate[${index}]`,
  parallelism: 1,
  maxParallelism: 128,
  slotSharingGroupId: 'group',
  status: 'RUNNING',
  'start-time': startedAt,
  duration: 1000,
  tasks: { RUNNING: 1 },
  metrics: { 'read-records': 30, 'read-records-complete': true, 'write-records': 20, 'write-records-complete': true },
}))
const completed = { id: 7, external_path: 'file:/checkpoints/chk-7', state_size: 100, checkpoint_type: 'CHECKPOINT', discarded: false }

function answerTo(path: string): string {
  if (path === '/jobs/overview') return overview
  if (path.endsWith('/checkpoints')) return JSON.stringify({ counts: { completed: 7, failed: 0 }, latest: { completed, savepoint: null } })
  if (path.endsWith('/exceptions')) return JSON.stringify({ exceptionHistory: { entries: [], truncated: false } })
  return JSON.stringify({ ...jobOf(path.split('/')[2] ?? ''), vertices })
}

const server = createServer((incoming, answer) => {
  const path = (incoming.url ?? '').split('?')[0] ?? ''
  void sleep(path === '/jobs/overview' ? overviewMs : otherMs).then(() => answer.end(answerTo(path)))
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
