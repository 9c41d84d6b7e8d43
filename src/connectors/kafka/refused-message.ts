/** What becomes of a message that Kafka does not take. */
import { printable, shortened } from '#base'
import type { WriteRequest } from '../connector.ts'
import { kafkaErrors } from './errors.ts'

/** Texts of keys in errors are no longer. */
const keyLengthMax = 60

interface RefusedMessage {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

/** Puts the message with the dead letters; fails where there is no place for them. */
export function refusal(
  { deadLetters, meter }: Pick<WriteRequest, 'deadLetters' | 'meter'>,
  topic: string,
  { key, value }: RefusedMessage,
  reason: string,
  hint?: string,
): void {
  const text = key === null ? null : Buffer.from(key).toString()
  const shown = text === null ? 'NULL' : `"${printable(shortened(text, keyLengthMax))}"`
  const error = kafkaErrors.CONNECTORS_KAFKA_MESSAGE_REFUSED(
    { topic: shortened(topic, keyLengthMax), key: shown },
    { detail: reason, hint },
  )
  if (deadLetters === null) throw error
  meter.errors++
  const { code, message, detail } = error
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}. ${detail ?? ''}`
  deadLetters({ code, message: sentence, position: JSON.stringify({ topic, key: text }), key, value })
}
