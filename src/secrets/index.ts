export { findSecret, findToken, homeFolder, openSecretStore } from './find-secret.ts'
