/**
 * A server in a process of its own that looks often, until it is killed: `<data folder> <job manager> <gateway>`. Prints its port and, at the
 * first start, what the first administrator signs in with.
 */
import { systemClock } from '#base'
import { RemoteSession } from '#query'
import { openServer } from '#server'

const [dataFolder = '', restUrl = '', gatewayUrl = ''] = process.argv.slice(2)
const mb = 1_048_576
const pace = { observeMs: 500, eagerMs: 200, repeatMs: 2000, lossMs: 3000 }

const server = await openServer({
  dataFolder,
  host: '127.0.0.1',
  port: 0,
  storeAddress: '',
  publicUrl: null,
  signInLinkFor: '',
  version: '0.0.0',
  clock: systemClock,
  process: {
    entry: new URL('../../src/session-process.ts', import.meta.url),
    memory: { heapBytes: 128 * mb, stateBytes: 32 * mb, totalBytes: 700 * mb },
    clock: systemClock,
    variables: { ...process.env },
  },
  workersMax: 1,
  findCluster: (name) =>
    name === 'far'
      ? {
          name,
          address: async () => ({ url: restUrl, headers: {} }),
          openSession: (settings) => RemoteSession.open({ url: gatewayUrl, headers: {} }, settings, { waits: false }),
        }
      : null,
  paces: { embedded: pace, flink: pace },
  findSecret: () => null,
  secretsKey: null,
  oidc: null,
  outboundAllowed: [],
  metricsToken: 'metrics',
  consoleFolder: null,
  failed: (id, error) => console.error(id, error),
})
console.log(JSON.stringify({ port: server.port, link: server.signInLinks[0]?.key ?? '' }))
