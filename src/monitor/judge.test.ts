import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Judgement, judge, type RuleTiming, type Sight } from './judge.ts'

/** Judges what is seen each second: m for met, b for between, c for clear, u for unknown. What becomes of it, by the first letter. */
function course(sights: string, timing: RuleTiming): string {
  const words: Readonly<Record<string, Sight>> = { m: 'met', b: 'between', c: 'clear', u: 'unknown' }
  let judgement: Judgement | null = null
  let now = 1_000_000
  const phases = sights.split('').map((letter) => {
    judgement = judge(timing, words[letter] ?? 'unknown', now, judgement)
    now += 1000
    return judgement.phase[0]
  })
  return phases.join('')
}

test.each([
  // What holds for three seconds fires, and not before.
  ['mmmmm', 3, 0, 'pppff'],
  ['mmcmmmm', 3, 0, 'ppopppf'],
  ['mbmmm', 2, 0, 'poppf'],
  ['m', 0, 0, 'f'],
  // What is over for two seconds is resolved; a moment is not enough.
  ['mccc', 0, 2, 'fffo'],
  ['mccmccc', 0, 2, 'ffffffo'],
  ['mcucccc', 0, 2, 'fffffoo'],
  // Between the bounds nothing begins, and nothing ends.
  ['bmbbc', 0, 0, 'offfo'],
  // What nobody knows fires never, resolves nothing, and does not interrupt.
  ['uuu', 0, 0, 'uuu'],
  ['muum', 3, 0, 'puuf'],
  ['muucm', 3, 0, 'puuop'],
  ['muuuu', 0, 0, 'fffff'],
])('%s with a wait of %i s and an end of %i s becomes %s', (sights, forSeconds, clearSeconds, phases) => {
  expect(course(sights, { forMs: forSeconds * 1000, clearAfterMs: clearSeconds * 1000 })).toBe(phases)
})

test('it never fires before it was met for long enough, nor ends while it is met', () => {
  const sights = fc.array(fc.constantFrom<Sight>('met', 'between', 'clear', 'unknown'), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(sights, fc.nat(5), fc.nat(5), (seen, forTicks, clearTicks) => {
      let judgement: Judgement | null = null
      for (const [now, sight] of seen.entries()) {
        const before: Judgement | null = judgement
        judgement = judge({ forMs: forTicks, clearAfterMs: clearTicks }, sight, now, before)
        const wasFiring = before?.phase === 'firing'
        const begun = seen.slice(0, now).findLastIndex((each) => each === 'clear' || each === 'between') + 1
        const mayFire = wasFiring || (sight === 'met' && now - begun >= forTicks)
        const mayEnd = seen.slice(Math.max(0, now - clearTicks), now + 1).every((each) => each === 'clear')
        expect(judgement.phase === 'firing' ? mayFire : !wasFiring || mayEnd).toBe(true)
        expect(judgement.since).toBeLessThanOrEqual(now)
      }
    }),
  )
})

test('a clock that was set back keeps nothing waiting for ever', () => {
  const timing = { forMs: 1000, clearAfterMs: 0 }
  const pending = judge(timing, 'met', 1_000_000, null)
  const back = judge(timing, 'met', 5000, pending)
  expect([back.phase, judge(timing, 'met', 6000, back).phase]).toEqual(['pending', 'firing'])
})
