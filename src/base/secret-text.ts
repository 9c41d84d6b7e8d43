/** What of options is for nobody's eyes. */

/** Words in keys of options and settings whose values are secret. */
const secretWords = /password|secret|token|credential|jaas|basic-auth|(?:private|access|api|signing)[._-]?key/i

/** User and password in an address. */
const userInfo = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]*@/gi

/** A name for a secret, which is no secret itself. */
const reference = /^\$\{secret:[^}]*\}$/

const hidden = '******'

/** Whether a key, or a text that may hold one, is of a value that must not be shown. */
export function isSecretKey(key: string): boolean {
  return secretWords.test(key)
}

/** The value of an option as it may be shown: names of secrets stay, secrets do not, nor do those within addresses. */
export function shownOption(key: string, value: string): string {
  if (reference.test(value)) return value
  return isSecretKey(key) ? hidden : withoutUserInfo(value)
}

/** A text without the user and password that addresses in it have. */
function withoutUserInfo(text: string): string {
  return text.replace(userInfo, `$1${hidden}@`)
}
