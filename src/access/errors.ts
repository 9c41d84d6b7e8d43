/** What goes wrong between people and what they may do. */
import { defineErrors } from '#base'

export const accessErrors = defineErrors({
  ACCESS_SIGN_IN_NEEDED: { blame: 'user', message: 'nobody is signed in', hint: 'Sign in, or send a token as "Authorization: Bearer …".' },
  ACCESS_TOKEN_NOT_KNOWN: {
    blame: 'user',
    message: 'the token was taken back, is over, or was never one of this server',
    hint: 'Let an administrator of the workspace make another one.',
  },
  ACCESS_SIGN_IN_WRONG: {
    blame: 'user',
    message: 'name and password do not fit',
    hint: 'Try again, or ask an administrator for a link to sign in with.',
  },
  ACCESS_SIGN_IN_SLOW: { blame: 'user', message: 'too many attempts to sign in', hint: 'Try again in {seconds} s.' },
  ACCESS_LINK_SPENT: {
    blame: 'user',
    message: 'the link was used, or its time is over',
    hint: 'Ask an administrator for another; so does millrace server --sign-in-link when it starts.',
  },
  ACCESS_FIRST_ADMIN_MISSING: {
    blame: 'user',
    message: 'the first administrator has to sign in before anybody else',
    hint: 'Open the link that the server printed when it started.',
  },
  ACCESS_USER_INACTIVE: { blame: 'user', message: '"{name}" is let in no longer' },
  ACCESS_DENIED: { blame: 'user', message: '"{name}" may not do this: it needs the right "{right}" in workspace "{workspace}"' },
  ACCESS_SERVER_ADMIN: { blame: 'user', message: 'only administrators of the server may do this' },
  ACCESS_WORKSPACE_NOT_FOUND: { blame: 'user', message: 'there is no workspace "{name}" for you' },
  ACCESS_WORKSPACE_EXISTS: { blame: 'user', message: 'workspace "{name}" exists already' },
  ACCESS_USER_EXISTS: { blame: 'user', message: 'user "{name}" exists already' },
  ACCESS_USER_NOT_FOUND: { blame: 'user', message: 'there is no user "{name}"' },
  ACCESS_TOKEN_NOT_FOUND: { blame: 'user', message: 'there is no token "{id}"' },
  ACCESS_NAME: { blame: 'user', message: '"{name}" cannot be a name', hint: 'Use up to 64 small letters, digits, dots and dashes.' },
  ACCESS_PASSWORD: { blame: 'user', message: 'a password has at least {least} characters' },
  ACCESS_PASSWORD_MISSING: { blame: 'user', message: 'a name and a password have to be chosen with this link' },
  ACCESS_LAST_ADMIN: {
    blame: 'user',
    message: '"{name}" is the last administrator of the server',
    hint: 'Make another one first.',
  },
})
