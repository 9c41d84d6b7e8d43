/** What goes wrong with requests to addresses that people name. */
import { defineErrors } from '#base'

export const outboundErrors = defineErrors({
  OUTBOUND_ADDRESS: { blame: 'user', message: '"{address}" is no address of HTTP', hint: 'Use one such as https://example.com/path.' },
  OUTBOUND_ADDRESS_INSIDE: {
    blame: 'user',
    message: '"{host}" leads to {range}, where the server sends nothing',
    hint: 'Only whoever runs the server can allow addresses of its own network.',
  },
  OUTBOUND_NETWORK: {
    blame: 'user',
    message: '"{text}" names no network',
    hint: 'Use an address such as 10.1.2.3, or a range such as 10.0.0.0/8.',
  },
  OUTBOUND_HOST_NOT_FOUND: { blame: 'external', message: 'could not find the address of "{host}"' },
  OUTBOUND_NO_ANSWER: { blame: 'external', message: 'could not get an answer from "{host}"' },
  OUTBOUND_SLOW: { blame: 'external', message: '"{host}" had not answered after {seconds} s' },
  OUTBOUND_REFUSED: { blame: 'external', message: '"{host}" answered with status {status}' },
})
