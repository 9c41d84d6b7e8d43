/**
 * Tells processes apart, here and on other machines, now and later, so that what a dead one left behind can be told from what a living
 * one uses. Whatever is not certain counts as alive.
 */
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'

/** What tells a process from all others. Null where the system does not say. */
export interface ProcessIdentity {
  readonly host: string
  /** The number of the installation, which its name alone is not sure to tell. */
  readonly machine: string | null
  /** Another one each time that the machine starts. */
  readonly boot: string | null
  /** The space that numbers of processes are counted in: containers have their own. */
  readonly space: string | null
  readonly pid: number
  /** When the process began, counted from the start of the machine: its number is given again after its end. */
  readonly began: string | null
}

let known: Promise<ProcessIdentity> | undefined

/** The identity of this process. */
export function ownIdentity(): Promise<ProcessIdentity> {
  known ??= findIdentity()
  return known
}

async function findIdentity(): Promise<ProcessIdentity> {
  const [machine, boot, space, status] = await Promise.all([
    orNull(readFile('/etc/machine-id', 'utf8')),
    orNull(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    orNull(readlink('/proc/self/ns/pid')),
    statusOf(process.pid),
  ])
  return { host: hostname(), machine, boot, space, pid: process.pid, began: status?.began ?? null }
}

/** Whether a process has surely ended. */
export async function isDead(other: ProcessIdentity): Promise<boolean> {
  const self = await ownIdentity()
  // One start of one machine has a number of its own, whatever containers call themselves.
  const isSameStart = other.boot !== null && other.boot === self.boot
  if (!isSameStart) {
    if (other.host !== self.host || other.machine !== self.machine) return false
    if (other.boot !== self.boot) return other.boot !== null && self.boot !== null && other.machine !== null
  }
  if (other.space !== self.space) return false
  const status = await statusOf(other.pid)
  // Asked in this order: it may go away meanwhile.
  if (status === null) return !isThere(other.pid)
  return status.hasEnded || (other.began !== null && status.began !== other.began)
}

/** Whether a process is surely there. */
export async function isAlive(other: ProcessIdentity): Promise<boolean> {
  const self = await ownIdentity()
  const isSamePlace = other.boot !== null && other.boot === self.boot && other.space !== null && other.space === self.space
  if (!isSamePlace || !isThere(other.pid)) return false
  const status = await statusOf(other.pid)
  return status !== null && !status.hasEnded && other.began !== null && status.began === other.began
}

/** Whether a process has the number, be it one that has ended and was not waited for. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: unknown }).code !== 'ESRCH'
  }
}

interface ProcessStatus {
  /** It has ended, and whoever started it has not asked for its result yet. */
  readonly hasEnded: boolean
  readonly began: string | null
}

/** Fields 3 and 22 of /proc/<pid>/stat. The name before them, in parentheses, may hold anything. */
async function statusOf(pid: number): Promise<ProcessStatus | null> {
  const stat = await orNull(readFile(`/proc/${pid}/stat`, 'utf8'))
  if (stat === null) return null
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { hasEnded: fields[0] === 'Z' || fields[0] === 'X', began: fields[19] ?? null }
}

async function orNull(text: Promise<string>): Promise<string | null> {
  return text.then(
    (found) => found.trim(),
    () => null,
  )
}
