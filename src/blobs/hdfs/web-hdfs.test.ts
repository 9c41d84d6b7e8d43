import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { parseHdfsAddress } from './hdfs-address.ts'
import { PretendHdfs } from './pretend-hdfs.fixture.ts'
import { WebHdfs } from './web-hdfs.ts'

let nodes: PretendHdfs
let files: WebHdfs
let waits: (string | null)[]

beforeEach(async () => {
  nodes = new PretendHdfs()
  await nodes.start()
  files = filesAt(nodes.host)
})
afterEach(async () => {
  files.close()
  await nodes.stop()
})

function filesAt(hosts: string, retryMsMax = 60_000): WebHdfs {
  waits = []
  const patience = { clock: systemClock, retryMsMax, sleep: async () => {}, random: () => 0 }
  const watch = { signal: new AbortController().signal, waits: (reason: string | null) => void waits.push(reason) }
  return new WebHdfs(parseHdfsAddress(`hdfs://${hosts}/t`), { user: 'me', patience, watch })
}

const failureOf = (work: Promise<unknown>): Promise<{ code?: string; message?: string; detail?: string }> =>
  work.then(
    () => ({}),
    (error: unknown) => error as { code: string; message: string; detail: string },
  )

test('files are written, read, moved and removed, whatever their names', async () => {
  const name = '/a b/%20?#&+=é'
  await files.write(name, Buffer.from('hello'))
  expect(nodes.text(name)).toBe('hello')
  expect(Buffer.from(await files.read(name, 1, 3)).toString()).toBe('ell')
  expect(await files.look(name)).toMatchObject({ bytes: 5, isDirectory: false })
  expect(await files.rename(name, '/b')).toBe(true)
  expect(await files.rename(name, '/b')).toBe(false)
  await files.remove('/b')
  await files.remove('/b')
  expect(await files.look('/b')).toBeNull()
  expect(await files.list('/none')).toEqual([])
})

test.each([
  ['SafeModeException', 'The name node is in safe mode'],
  ['RetriableException', 'The name node asks for patience'],
  ['StandbyException', 'The name node is on standby'],
])('%s is waited for, and said', async (exception, reason) => {
  nodes.fate = (_request, count) => (count < 3 ? { status: 403, exception } : 'heeded')
  await files.write('/a', Buffer.from('x'))
  expect(nodes.text('/a')).toBe('x')
  expect(waits).toContain(reason)
  expect(waits.at(-1)).toBeNull()
})

test.each<[string, 'answer-lost' | 'halved' | { status: number; exception: string; message?: string }]>([
  ['an answer is lost', 'answer-lost'],
  ['an answer is halved', 'halved'],
  ['a node is busy', { status: 503, exception: '' }],
  ['no data node is there', { status: 403, exception: 'IOException', message: 'File /a could only be written to 0 of the 1 nodes' }],
])('a request is repeated when %s', async (_how, fate) => {
  nodes.put('/a', 'before')
  nodes.fate = (_request, count) => (count === 1 ? fate : 'heeded')
  expect(Buffer.from(await files.read('/a', 0, 6)).toString()).toBe('before')
  await files.write('/a', Buffer.from('after'))
  expect(nodes.text('/a')).toBe('after')
})

test('of several name nodes the one that answers is asked', async () => {
  const second = new PretendHdfs()
  await second.start()
  second.put('/a', 'x')
  nodes.fate = () => ({ status: 403, exception: 'StandbyException' })
  files = filesAt(`127.0.0.1:1,${nodes.host},${second.host}`)
  expect(Buffer.from(await files.read('/a', 0, 1)).toString()).toBe('x')
  await second.stop()
})

describe('what does not pass is said', () => {
  test.each<[exception: string, status: number, message: string, code: string]>([
    ['AccessControlException', 403, 'Permission denied', 'BLOBS_HDFS_DENIED'],
    ['', 401, 'Authentication required', 'BLOBS_HDFS_SECURED'],
    ['', 404, 'It looks like you are making an HTTP request to a Hadoop IPC port.', 'BLOBS_HDFS_PORT'],
    ['ParentNotDirectoryException', 403, '/a (is not a directory)', 'BLOBS_UNWRITABLE'],
  ])('%s %i', async (exception, status, message, code) => {
    nodes.fate = () => ({ status, exception, message })
    expect((await failureOf(files.write('/a', Buffer.from('x')))).code).toBe(code)
    expect(nodes.requests).toHaveLength(1)
  })

  test('a node that answers no more is given up after a while', async () => {
    await nodes.stop()
    const failure = await failureOf(filesAt('127.0.0.1:1', 0).write('/a', Buffer.from('x')))
    expect(failure).toMatchObject({ code: 'BLOBS_UNREACHABLE', detail: expect.stringContaining('The connection was refused') })
    await nodes.start()
  })
})

test.each([
  ['hdfs://nn/a/b/', { nodes: [{ host: 'nn', port: 9870 }], path: '/a/b' }],
  ['hdfs://nn:8020', { nodes: [{ host: 'nn', port: 9870 }], path: '' }],
  ['webhdfs://nn:8020/a', { nodes: [{ host: 'nn', port: 8020 }], path: '/a' }],
  [
    'hdfs://[::1]:50070,nn:1/a',
    {
      nodes: [
        { host: '::1', port: 50_070 },
        { host: 'nn', port: 1 },
      ],
      path: '/a',
    },
  ],
])('%s names nodes and a path', (address, parsed) => {
  expect(parseHdfsAddress(address)).toMatchObject(parsed)
})

test.each(['hdfs://', 'hdfs:///a', 'hdfs://user:secret@nn/a', 'hdfs://nn:999999/a', 'hdfs://nn/../a'])(
  '%s is refused, and not repeated',
  (address) => {
    expect(() => parseHdfsAddress(address)).toThrow('the address of files in HDFS has another form')
    expect(() => parseHdfsAddress(address)).not.toThrow('secret')
  },
)
