/** Puts the data that is measured into a folder outside the repository, once. */
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { runOnce } from './measure.ts'

export interface BenchData {
  readonly flights: string
  /** Half a million real order lines; null when MILLRACE_DATA does not name a folder that holds them. */
  readonly orders: string | null
  readonly bids: string
  readonly bidCount: number
}

const root = dirname(import.meta.dirname)
const events = 3_000_000

export async function prepareData(): Promise<BenchData> {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'millrace', 'bench')
  mkdirSync(folder, { recursive: true })
  const flights = join(root, 'node_modules', 'vega-datasets', 'data', 'flights-3m.parquet')
  const orders = await prepareOrders(join(folder, 'online-retail.csv'))
  const bids = join(folder, 'bids-3m')
  if (!existsSync(bids)) await writeBids(folder, bids)
  return { flights, orders, bids, bidCount: (events / 50) * 46 }
}

async function prepareOrders(to: string): Promise<string | null> {
  const from = join(process.env['MILLRACE_DATA'] ?? '', 'online-retail', 'online-retail.csv.gz')
  if (existsSync(to)) return to
  if (!existsSync(from)) return null
  await pipeline(createReadStream(from), createGunzip(), createWriteStream(`${to}.part`))
  renameSync(`${to}.part`, to)
  return to
}

async function writeBids(folder: string, bids: string): Promise<void> {
  // What a run that was stopped left there would be counted, too.
  rmSync(`${bids}.part`, { recursive: true, force: true })
  const script = join(folder, 'write-bids.sql')
  writeFileSync(
    script,
    `CREATE TABLE nexmark (event_type INT,
       bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, \`dateTime\` TIMESTAMP(3), extra STRING>)
       WITH ('connector' = 'nexmark', 'events.num' = '${events}');
     CREATE TABLE bids (auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, \`dateTime\` TIMESTAMP(3), extra STRING)
       WITH ('connector' = 'filesystem', 'path' = '${bids}.part', 'format' = 'json');
     INSERT INTO bids SELECT bid.auction, bid.bidder, bid.price, bid.channel, bid.url, bid.\`dateTime\`, bid.extra FROM nexmark WHERE event_type = 2;`,
  )
  await runOnce(join(root, 'bin', 'millrace'), ['run', script])
  renameSync(`${bids}.part`, bids)
}
