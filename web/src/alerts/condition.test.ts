import i18next from 'i18next'
import { expect, test } from 'vitest'
import english from '../language/en.json' with { type: 'json' }
import { conditionKinds, conditionText, firstConditions, ruleMetrics } from './condition.ts'

test('each kind of condition, and each metric, has its words', async () => {
  const language = i18next.createInstance()
  // A key without a text would be told as itself.
  const t = await language.init({ lng: 'en', resources: { en: { translation: english } }, interpolation: { escapeValue: false } })
  for (const kind of conditionKinds) {
    expect(conditionText(firstConditions[kind], t)).not.toMatch(/undefined|\{\{|conditionTexts/)
    expect(t(`conditionKinds.${kind}`)).not.toContain('conditionKinds')
  }
  for (const metric of ruleMetrics) expect(conditionText({ ...firstConditions.metric, metric }, t)).not.toMatch(/undefined|ruleMetrics/)
  expect(conditionText({ ...firstConditions.state, isNot: true }, t)).toBe('state is not Failed')
  expect(conditionText(firstConditions.metric, t)).toBe('Watermark lag above 1 m')
})
