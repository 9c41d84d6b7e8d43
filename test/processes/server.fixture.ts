/** A server that starts runs and lives on until it is killed: `<data folder> <file with a list of orders>`. Prints `started` once they are. */
import { readFileSync } from 'node:fs'
import type { RunOrder } from '#jobs'
import { ProcessHost } from '#processes'
import { hostOptions } from './hosted-jobs.fixture.ts'

const [dataFolder = '', orders = ''] = process.argv.slice(2)
const host = await ProcessHost.open(hostOptions(dataFolder))
for (const order of JSON.parse(readFileSync(orders, 'utf8')) as RunOrder[]) await host.start(order)
console.log('started')
setInterval(() => undefined, 1000)
