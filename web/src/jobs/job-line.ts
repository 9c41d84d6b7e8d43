/** What lists and pages know of a job, in the words of the contract. */
import type { Answer } from '../api/call.ts'

export type JobPageAnswer = Answer<'GET /workspaces/:workspace/jobs'>
export type JobLine = JobPageAnswer['items'][number]
export type Job = Answer<'GET /workspaces/:workspace/jobs/:job'>
export type JobStatus = Job['status']
export type JobState = JobStatus['state']
export type JobSpec = Job['spec']
