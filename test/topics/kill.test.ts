/** Real processes that write to one folder at once, killed at any moment and started again: nothing is lost, nothing is there twice. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openTopics, recordsOf, type TopicRecord } from '#topics'

interface Life {
  readonly child: ChildProcess
  /** Numbers below it were said to be safe. */
  told: number
  said: string
}

function live(folder: string, name: string, mode: string): Life {
  const file = path.join(import.meta.dirname, 'append-process.fixture.ts')
  const words = ['--conditions=source', '--disable-warning=ExperimentalWarning', file, folder, name, mode]
  const life: Life = { child: spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] }), told: 0, said: '' }
  let line = ''
  life.child.stdout?.on('data', (bytes: Buffer) => {
    const lines = (line + String(bytes)).split('\n')
    line = lines.pop() ?? ''
    life.told = Number(lines.at(-1) ?? life.told)
  })
  life.child.stderr?.on('data', (bytes: Buffer) => {
    life.said += String(bytes)
  })
  return life
}

/** Lets a process live until it has said something and a little longer. */
async function liveAndDie(folder: string, name: string, mode: string): Promise<number> {
  const life = live(folder, name, mode)
  const ended = new Promise<NodeJS.Signals | null>((resolve) => life.child.on('close', (_, signal) => resolve(signal)))
  for (let waits = 0; life.told === 0 && life.child.exitCode === null && waits < 3000; waits++) await sleep(10)
  await sleep(Math.random() * 150)
  life.child.kill('SIGKILL')
  expect([await ended, life.said]).toEqual(['SIGKILL', ''])
  return life.told
}

async function livesOf(folder: string, name: string, mode: string, lives: number): Promise<number> {
  let told = 0
  for (let life = 0; life < lives; life++) told = Math.max(told, await liveAndDie(folder, name, mode))
  return told
}

function writtenBy({ value }: TopicRecord): { owner: string; number: number } {
  const [owner = '', number] = String(value).split(' ')
  return { owner, number: Number(number) }
}

/** The numbers that a writer has in a topic, in their order by partition. */
async function numbersOf(folder: string, topic: string, name: string): Promise<number[]> {
  const topics = await openTopics(folder)
  await topics.finish()
  const last = new Map<number, number>()
  const numbers: number[] = []
  for await (const batch of (await topics.topic(topic)).follow({ from: 'earliest', isBounded: true }))
    for (const record of recordsOf(batch)) {
      const { owner, number } = writtenBy(record)
      if (owner !== name) continue
      expect(number).toBeGreaterThan(last.get(record.partition) ?? -1)
      last.set(record.partition, number)
      numbers.push(number)
    }
  topics.close()
  return numbers.sort((a, b) => a - b)
}

test('what was said to be safe is there once', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-killed-topics-'))
  const writers = [
    { name: 'a', mode: 'append' },
    { name: 'b', mode: 'append' },
    { name: 'c', mode: 'transactions' },
  ]
  const told = await Promise.all(writers.map(({ name, mode }) => livesOf(folder, name, mode, 4)))
  for (const [i, { name, mode }] of writers.entries()) {
    const numbers = await numbersOf(folder, 'numbers', name)
    expect(numbers).toEqual(numbers.map((_, number) => number))
    expect(numbers.length).toBeGreaterThanOrEqual(told[i] ?? 0)
    expect(told[i]).toBeGreaterThan(0)
    expect(await numbersOf(folder, 'other', name)).toEqual(mode === 'transactions' ? numbers : [])
  }
  await rm(folder, { recursive: true })
}, 120_000)
