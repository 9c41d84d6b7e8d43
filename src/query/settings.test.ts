import { expect, test } from 'vitest'
import { Settings } from './settings.ts'

test('what is fixed can neither be set nor reset', () => {
  const key = 'execution.checkpointing.dir'
  const settings = new Settings({ 'pipeline.name': 'sums' }, { [key]: '/state' })
  expect(() => settings.set(key, '/elsewhere')).toThrow(expect.objectContaining({ code: 'QUERY_SETTING_FIXED' }))
  settings.reset(key)
  settings.reset()
  expect([settings.get(key), settings.all()[key], settings.get('pipeline.name')]).toEqual(['/state', '/state', ''])
  expect(() => new Settings({ [key]: '/elsewhere' }, { [key]: '/state' })).toThrow('cannot be set here')
})
