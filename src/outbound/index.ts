export { Outbound, type OutboundOptions } from './outbound.ts'
export { parseUrl, postText } from './post-text.ts'
