/** What a run costs whose state is several times the memory that it may take. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { median, runOnce } from './measure.ts'

const events = 5_000_000
/** A quarter of what the state takes. */
const memory = '160 mb'

/** Prints a line with all the memory there is, and one with little. */
export async function reportSmallMemory(millrace: string, folder: string, runs: number): Promise<void> {
  console.log(`small memory: COUNT and SUM of the bids of ${events.toLocaleString('en-US')} events, by auction and price`)
  for (const limit of ['', memory]) {
    const script = join(folder, 'small-memory.sql')
    writeFileSync(
      script,
      `SET 'taskmanager.memory.managed.size' = '${limit}';
CREATE TABLE nexmark (event_type INT, bid ROW<auction BIGINT, bidder BIGINT, price BIGINT>) WITH ('connector' = 'nexmark', 'events.num' = '${events}');
CREATE TABLE sink (auction BIGINT, price BIGINT, bids BIGINT, total BIGINT, PRIMARY KEY (auction, price) NOT ENFORCED) WITH ('connector' = 'blackhole');
INSERT INTO sink SELECT bid.auction, bid.price, COUNT(*), SUM(bid.bidder) FROM nexmark WHERE event_type = 2 GROUP BY bid.auction, bid.price;`,
    )
    const { wallSeconds, cpuSeconds, peakMb } = await median(runs, () => runOnce(millrace, ['run', script]))
    const title = limit === '' ? 'all in memory' : `${limit} for state`
    console.log(`  ${title}: ${wallSeconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} CPU-s, peak ${peakMb.toFixed(0)} MB`)
  }
}
