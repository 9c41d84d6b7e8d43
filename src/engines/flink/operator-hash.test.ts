import { expect, test } from 'vitest'
import { murmur128, operatorHash } from './operator-hash.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('ids of operators are those that Flink is known to give', () => {
  const source = operatorHash(0, 0, [])
  const chained = operatorHash(0, 1, [])
  expect([source, chained].map(hex)).toEqual(['bc764cd8ddf7a0cff126f51c16239658', 'cbc357ccb763df2852fee8c4fc7d55f2'])
  const second = operatorHash(1, 0, [source])
  const third = operatorHash(2, 0, [second])
  expect([second, third].map(hex)).toEqual(['0a448493b4782967b150582570326227', 'ea632d67b7d595e5b851708ae9ad79d6'])
  expect(hex(operatorHash(3, 0, [third]))).toBe('6d2677a0ecc3fd8df0b72ec675edf8f4')
  expect(hex(operatorHash(2, 1, [operatorHash(1, 0, [chained])]))).toBe('90bea66de1c231edf33913ecd54406c1')
})

test('murmur3 of bytes of all lengths', () => {
  expect(hex(murmur128(new Uint8Array()))).toBe('00000000000000000000000000000000')
  expect(hex(murmur128(Buffer.from('hello')))).toBe('029bbd41b3a7d8cb191dae486a901e5b')
  expect(hex(murmur128(Buffer.from('The quick brown fox jumps over the lazy dog')))).toBe('6c1b07bc7bbc4be347939ac4a93c437a')
})
