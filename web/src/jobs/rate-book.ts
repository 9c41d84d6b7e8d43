/** Rates of jobs from what they reported: rows between two reports of one run, over the time between them. */

export interface Report {
  readonly rowsIn: number
  readonly rowsOut: number
  readonly durationMs: number
}

export interface Rate {
  readonly inPerSecond: number
  readonly outPerSecond: number
}

interface Known {
  readonly run: string
  readonly report: Report
  readonly rate: Rate | undefined
}

const jobsMax = 5000

export class RateBook {
  private readonly known = new Map<string, Known>()

  /** The rate of a job with its newest report; the same report again is no news. `run` tells lives of the job apart. */
  note(job: string, run: string, report: Report): Rate | undefined {
    const last = this.known.get(job)
    if (last !== undefined && last.run === run && report.durationMs <= last.report.durationMs) return last.rate
    const rate = last !== undefined && last.run === run ? between(last.report, report) : undefined
    this.known.delete(job)
    this.known.set(job, { run, report, rate })
    if (this.known.size > jobsMax) for (const oldest of this.known.keys()) return this.forget(oldest, rate)
    return rate
  }

  private forget(job: string, rate: Rate | undefined): Rate | undefined {
    this.known.delete(job)
    return rate
  }
}

function between(last: Report, next: Report): Rate {
  const seconds = (next.durationMs - last.durationMs) / 1000
  return {
    inPerSecond: Math.max(0, next.rowsIn - last.rowsIn) / seconds,
    outPerSecond: Math.max(0, next.rowsOut - last.rowsOut) / seconds,
  }
}
