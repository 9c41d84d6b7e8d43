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
    message: 'the store does not answer, and may belong to another server now',
    hint: 'Nothing is started or stopped until it answers again.',
  },
  SERVER_LEASE_TAKEN: {
    blame: 'external',
    message: 'another server has taken the store over',
    hint: 'Only one server runs the jobs of a store. Start this one again when the other one has ended.',
  },
})
