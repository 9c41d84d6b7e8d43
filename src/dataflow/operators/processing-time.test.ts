import { expect, it } from 'vitest'
import { batchOf, type Schema, timestampLtzType, watermarkEnd } from '#data'
import { ProcessingTime } from './processing-time.ts'

const schema: Schema = [{ name: 'at', type: timestampLtzType }]

it('moves time on with rows and with the clock, and leaves watermarks of event time behind', () => {
  const seen: string[] = []
  const operator = new ProcessingTime(0, {
    push: (batch) => seen.push(`rows ${batch.length}, watermarks ${batch.watermarks === null ? 'none' : 'some'}`),
    advance: (at) => seen.push(`watermark ${at}`),
    finish: () => seen.push('end'),
  })
  operator.push(0, { ...batchOf(schema, [[100], [105], [103]]), watermarks: Float64Array.of(1, 2, 3) })
  operator.advance(0, 5_000)
  operator.tick(105)
  operator.tick(200)
  operator.tick(150)
  operator.advance(0, watermarkEnd)
  operator.finish()
  expect(seen).toEqual(['rows 3, watermarks none', 'watermark 104', 'watermark 199', 'watermark Infinity', 'end'])
})
