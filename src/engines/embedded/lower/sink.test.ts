import { expect, test } from 'vitest'
import { BackPressure } from './sink.ts'

test('a wait that fails before anyone waits fails whoever waits later, and nobody else', async () => {
  const pressure = new BackPressure()
  pressure.add(Promise.reject(new TypeError('disk full')), {})
  // Here a rejection that nobody listens to would end the process.
  await new Promise((resolve) => setImmediate(resolve))
  await expect(pressure.drain()).rejects.toThrow('disk full')
  expect(pressure.drain()).toBeUndefined()
})
