/** Everything that can go wrong with secrets. No error shows one. */
import { defineErrors } from '#base'

export const secretErrors = defineErrors({
  SECRETS_NAME_MISMATCH: {
    blame: 'user',
    message: '"{name}" cannot be the name of a secret',
    detail: 'A name has letters, digits and the characters . _ and -, at most a hundred.',
  },
  SECRETS_VALUE_EMPTY: {
    blame: 'user',
    message: 'secret "{name}" has no value',
    hint: 'Give it on standard input.',
  },
  SECRETS_VALUE_LONG: { blame: 'user', message: 'secret "{name}" is longer than {most} characters' },
  SECRETS_FULL: { blame: 'user', message: 'a workspace has {most} secrets at most', hint: 'Remove those that nobody names any more.' },
  SECRETS_KEY_MISSING: {
    blame: 'external',
    message: 'the key "{path}" of the secrets of the server is missing',
    hint: 'Bring the file back from a copy, or give the key in MILLRACE_SECRETS_KEY.',
  },
  SECRETS_FILE_OPEN: {
    blame: 'user',
    message: 'file "{path}" holds a secret and can be read by others',
    hint: 'Take the rights of group and others away, as with chmod 600.',
  },
  SECRETS_FILE_UNREADABLE: {
    blame: 'external',
    message: 'could not read "{path}", which holds secrets',
  },
  SECRETS_STORE_DAMAGED: {
    blame: 'user',
    message: 'could not read the store of secrets "{path}"',
    hint: 'Set the secrets again with `millrace secret set`, or bring the file back from a copy.',
  },
  SECRETS_KEY_WRONG: {
    blame: 'user',
    message: 'secret "{name}" of the store "{path}" cannot be read with the present key',
    hint: 'Give the key that it was set with in MILLRACE_SECRETS_KEY, or set the secret again.',
  },
  SECRETS_LOGIN_NAME: {
    blame: 'user',
    message: '"{name}" cannot be the name of a server',
    detail: 'A name has letters, digits and the characters . _ and -, at most a hundred.',
  },
  SECRETS_LOGIN_NOT_FOUND: {
    blame: 'user',
    message: 'nobody has signed in to a server "{name}" here',
    hint: 'Sign in with `millrace login URL`.',
  },
  SECRETS_LOGINS_DAMAGED: {
    blame: 'user',
    message: 'could not read the list of servers "{path}"',
    hint: 'Remove it, and sign in again with `millrace login URL`.',
  },
  SECRETS_NOT_FOUND: {
    blame: 'user',
    message: 'secret "{name}" does not exist in the store',
  },
})
