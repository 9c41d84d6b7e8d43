/** Metrics by their names. */
import { metricNames } from '#monitor'
import { apiErrors } from './errors.ts'

/** Fails with API_METRIC where there is none. */
export function metricNamed(name: string): (typeof metricNames)[number] {
  const found = metricNames.find((each) => each === name)
  if (found === undefined) throw apiErrors.API_METRIC({ name }, { detail: `There are ${metricNames.join(', ')}.` })
  return found
}
