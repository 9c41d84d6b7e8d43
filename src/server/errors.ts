/** What goes wrong with a server as a whole. */
import { defineErrors } from '#base'

export const serverErrors = defineErrors({
  SERVER_RUNS_ALREADY: {
    blame: 'user',
    message: 'another server runs on this store',
    hint: 'Stop it first, or give this one a store of its own.',
  },
  SERVER_FOLDER: { blame: 'external', message: 'could not make the folder "{folder}" of the server' },
  SERVER_JOB_SCRIPT: {
    blame: 'user',
    message: 'the script of a job has one INSERT or statement set, got {count}',
    hint: 'Put several INSERTs into EXECUTE STATEMENT SET BEGIN … END, or make a job of each.',
  },
  SERVER_LEASE_LOST: {
    blame: 'external',
    message: 'the store may belong to another server now',
    hint: 'Nothing is started from here any more; start this server again.',
  },
})
