/** Compares what somebody sent with a secret. */
import { createHash, timingSafeEqual } from 'node:crypto'

/** Takes the same time whatever was sent, so that nobody finds the secret letter by letter. */
export function isSameSecret(sent: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(sent), digest(secret))
}
