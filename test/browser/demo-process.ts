/** The demo at a terminal, so that it stays, in a folder of the caller. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const program = path.resolve(import.meta.dirname, '../../bin/millrace')
const lookMs = 200

export interface DemoProcess {
  /** The link to sign in with, once the demo has printed it. */
  link(): Promise<string>
  /** As Ctrl-C does. */
  end(): Promise<void>
}

export function startDemo(folder: string): DemoProcess {
  const { CI: _, ...others } = process.env
  const env = { ...others, TERM: 'xterm' }
  const child = spawn('script', ['-qfc', `exec '${program}' demo`, '/dev/null'], { cwd: folder, env, stdio: ['pipe', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.on('data', (data) => (printed += String(data)))
  const ended = new Promise((resolve) => child.once('close', resolve))
  return {
    link: async () => {
      while (child.exitCode === null) {
        const link = /http:\S+#link=[\w-]+/.exec(printed)?.[0]
        if (link !== undefined) return link
        await sleep(lookMs)
      }
      throw new Error(`the demo ended: ${printed}`)
    },
    end: async () => {
      child.stdin.write('\u0003')
      await ended
    },
  }
}
