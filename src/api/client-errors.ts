/** What goes wrong with a server, seen by its clients. */
import { defineErrors } from '#base'

export const clientErrors = defineErrors({
  API_SERVER_UNREACHABLE: { blame: 'external', message: 'could not reach the server at {url}' },
  API_SERVER_ANSWER: {
    blame: 'external',
    message: 'what answered at {url} is no server of Millrace: status {status}',
    hint: 'Look at the address.',
  },
})
