// Loaded into a measured process: adds a line with what it used to the file that BENCH_USAGE names, when it ends.
import { appendFileSync } from 'node:fs'

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  appendFileSync(process.env.BENCH_USAGE, `${JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1024 })}\n`)
})
