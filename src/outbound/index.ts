export { Outbound } from './outbound.ts'
export { parseUrl, postText } from './post-text.ts'
