/** What of options is for nobody's eyes. */

/** Words in keys of options and settings whose values are secret. */
const secretWords =
  /password|secret|token|credential|jaas|basic-auth|authorization|cookie|headers\.|keystore\.key|(?:private|access|api|signing)[._-]?key/i

/** User and password in an address: up to the last @, since passwords hold whatever they hold. */
const userInfo = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s'",]*@/gi

/** Parameters of an address that are secret. */
const parameter = /([?&;][^=&;\s]*(?:password|secret|token|key|signature|\bsig)=)[^&;\s'"]*/gi

/** A name for a secret, which is no secret itself. */
const reference = /^\$\{secret:[^}]*\}$/

/** Two literals of SQL, the key of an option and its value, which may lack its end. No key is long, so that many quotes cost no time. */
const assignment = /('[^'\n]{0,200}'\s{0,100}=\s{0,100}')((?:[^']|'')*)/g

const hidden = '******'

/** Whether the value of a key must not be shown. */
export function isSecretKey(key: string): boolean {
  return secretWords.test(key)
}

/** The value of an option as it may be shown: names of secrets stay, secrets do not, nor do those within addresses. */
export function shownOption(key: string, value: string): string {
  if (reference.test(value)) return value
  return isSecretKey(key) ? hidden : value.replace(userInfo, `$1${hidden}@`).replace(parameter, `$1${hidden}`)
}

/** A text of SQL with stars for the secrets that its options hold; as long as it was. */
export function withoutSecrets(sql: string): string {
  return sql.replace(assignment, (whole, before: string, value: string) => {
    const key = before.slice(1, before.indexOf("'", 1))
    return shownOption(key, value) === value ? whole : before + '*'.repeat(value.length)
  })
}
