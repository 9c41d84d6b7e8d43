export { findSecret, findToken, homeFolder, openSecretStore } from './find-secret.ts'
export { type Login, Logins } from './logins.ts'
