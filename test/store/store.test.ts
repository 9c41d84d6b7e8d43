/** Stores that need no server. PostgreSQL is asked in test/system. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '#base'
import { MemoryStore, openStore } from '#store'
import { code, describeStore } from './store.fixture.ts'

describeStore('memory', async (clock) => new MemoryStore(clock))
describeStore('a file', async (clock) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'millrace-store-'))
  return openStore('', path.join(folder, 'made', 'later'), clock)
})

test.each(['mysql://user:secret@host/records', '/var/lib/records', 'postgres:', 'x'])(
  '%s is no address, and is not repeated',
  async (address) => {
    await expect(openStore(address, tmpdir(), systemClock)).rejects.toThrow(code('STORE_ADDRESS'))
    await expect(openStore(address, tmpdir(), systemClock)).rejects.not.toThrow(/secret/)
  },
)
