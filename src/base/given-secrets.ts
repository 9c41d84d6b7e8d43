/**
 * The secrets that were given to connectors in this thread. A system outside may name one when it says what went wrong, as the name of a
 * folder or of a host: whatever tells of failures shows the name of the secret instead.
 *
 * Bound: the newest `givenMax` values.
 */
import { putNewest } from './put-newest.ts'

const givenMax = 1000
/** Shorter ones stand in any text by chance. */
const lengthMin = 6

/** Names by values. */
const given = new Map<string, string>()

export function noteGivenSecret(name: string, value: string): void {
  if (value.length >= lengthMin) putNewest(given, value, name, givenMax)
}

export function withoutGivenSecrets(text: string): string {
  let shown = text
  for (const [value, name] of given) shown = shown.replaceAll(value, () => `\${secret:${name}}`)
  return shown
}
