import { expect, test } from 'vitest'
import { SavedParts } from '../check/saved-parts.fixture.ts'
import { ScalarsPart } from './scalars-part.ts'

test('scalars come back by their places, saved as they are each time', () => {
  const before = { watermarkMs: Number.NEGATIVE_INFINITY, lateRows: 0 }
  const saved = new SavedParts([new ScalarsPart('progress', before)], 1)
  saved.update()
  before.lateRows = 7
  saved.update()
  const after = { watermarkMs: 5, lateRows: 5 }
  saved.loadInto([new ScalarsPart('progress', after)])
  expect(after).toEqual({ watermarkMs: Number.NEGATIVE_INFINITY, lateRows: 7 })
})
