import { describe, expect, test } from 'vitest'
import { priceOf } from './price.ts'
import { SplittableRandom } from './random.ts'

/** Printed by OpenJDK: four nextInt(), four nextInt(13), six nextInt(1500000000), three nextInt(1 << 20), three nextDouble(). */
const draws: readonly [seed: number, draws: readonly number[], long: bigint, sumOf100000: number][] = [
  [
    0,
    [
      821115357, 1660418793, -1699405221, -974129710, 0, 4, 1, 5, 1311816718, 417343929, 1023875011, 1094833259, 1486124450, 437506862,
      767381, 358285, 833800, 0.6602102858234031, 0.9295340685764947, 0.3292452596322817,
    ],
    -2487110880056020375n,
    74596771339816,
  ],
  [
    -7,
    [
      -669310854, 1294095745, 1138854843, 2124354869, 11, 11, 7, 4, 1397419484, 516121668, 678341034, 97837925, 294021450, 719363306,
      1011898, 756689, 616133, 0.41064712460672004, 0.10624205838210266, 0.4082804280234905,
    ],
    5921777980189760106n,
    75004441396533,
  ],
  [
    9007199254740991,
    [
      367375817, 1561558302, 928911984, 68208991, 8, 8, 7, 0, 1233977724, 521747383, 1021961110, 428460890, 1276285654, 1087690522, 116304,
      203407, 839158, 0.6944746085394915, 0.9223116000716098, 0.9493317103954025,
    ],
    -3155564244596551548n,
    75120502176697,
  ],
]

describe.each(draws)('seed %d', (seed, expected, long, sum) => {
  test('draws what Java draws', () => {
    const random = SplittableRandom.seeded(seed)
    const drawn = [
      ...Array.from({ length: 4 }, () => random.bits()),
      ...Array.from({ length: 4 }, () => random.below(13)),
      ...Array.from({ length: 6 }, () => random.below(1500000000)),
      ...Array.from({ length: 3 }, () => random.below(1 << 20)),
      ...Array.from({ length: 3 }, () => random.fraction()),
    ]
    expect(drawn).toEqual(expected)
    expect(random.long()).toBe(long)
  })

  test('draws again what Java rejects, over many buffers', () => {
    const random = SplittableRandom.seeded(seed)
    let drawn = 0
    for (let i = 0; i < 100_000; i++) {
      random.reserve()
      drawn += random.below(1500000000)
    }
    expect(drawn).toBe(sum)
  })

  test('skipping a draw leaves the same state as taking it', () => {
    const taking = SplittableRandom.seeded(seed)
    const skipping = SplittableRandom.seeded(seed)
    for (const bound of [2, 13, 1500000000, 1 << 20, 2147483647, 1073741825]) {
      for (let i = 0; i < 2000; i++) {
        taking.reserve()
        skipping.reserve()
        taking.below(bound)
        skipping.skipBelow(bound)
        expect(skipping.state()).toBe(taking.state())
      }
    }
  })

  test('goes on from a state', () => {
    const random = SplittableRandom.seeded(seed)
    for (let i = 0; i < 10_000; i++) {
      random.reserve()
      random.bits()
    }
    const again = SplittableRandom.at(random.state())
    expect([again.bits(), again.fraction(), again.below(7)]).toEqual([random.bits(), random.fraction(), random.below(7)])
  })
})

test('prices are those of the power, rounded', () => {
  const random = SplittableRandom.seeded(5)
  const wrong: number[] = []
  for (let i = 0; i < 200_000; i++) {
    random.reserve()
    const fraction = random.fraction()
    if (priceOf(fraction) !== Math.round(10 ** (fraction * 6) * 100)) wrong.push(fraction)
  }
  expect(wrong).toEqual([])
  expect(priceOf(0)).toBe(100)
  expect(priceOf(1 - 2 ** -53)).toBe(100_000_000)
})
