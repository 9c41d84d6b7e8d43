/** Errors of jobs and of those who run them. */
import { defineErrors } from '#base'

export const jobErrors = defineErrors({
  JOBS_RUN_IN_THE_WAY: {
    blame: 'external',
    message: 'attempt {attempt} of job "{job}" has not ended',
    hint: 'A job has one run at a time: wait until it has ended.',
  },
})
