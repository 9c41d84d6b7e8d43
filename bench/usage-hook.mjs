// Loaded into a measured process: adds a line with what it used to the file that BENCH_USAGE names, when it ends.
import { appendFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

process.on('exit', () => {
  // Every thread loads this, and what is told is of the whole process.
  if (!isMainThread) return
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  appendFileSync(process.env.BENCH_USAGE, `${JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1024 })}\n`)
})
