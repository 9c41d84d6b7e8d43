/** What goes wrong in keeping what runs tell, and in telling people. */
import { defineErrors } from '#base'

export const monitorErrors = defineErrors({
  MONITOR_CHUNK_DAMAGED: { blame: 'external', message: 'samples of metrics that were kept are damaged' },
  MONITOR_FOLDER_HELD: {
    blame: 'user',
    message: 'another process keeps metrics in "{path}"',
    hint: 'One server uses a folder at a time: stop the other one, or name another folder.',
  },
  MONITOR_FOLDER_UNUSABLE: { blame: 'external', message: 'could not keep metrics in "{path}"' },
  MONITOR_RANGE: { blame: 'user', message: 'a range of time needs a beginning before its end, and steps of at least one millisecond' },
  MONITOR_RANGE_LONG: {
    blame: 'user',
    message: 'the range has {points} steps, where at most {most} can be told',
    hint: 'Ask for longer steps, or for less time.',
  },
  MONITOR_ANSWER_LARGE: {
    blame: 'user',
    message: 'the answer would have over {most} numbers',
    hint: 'Ask for fewer metrics, for one operator, by operator, or for longer steps.',
  },
  MONITOR_SQL_UNAVAILABLE: { blame: 'internal', message: 'there is nothing to run the queries of rules with' },
  MONITOR_SQL_SLOW: { blame: 'user', message: 'the query of the rule had no answer after {seconds} s' },
  MONITOR_SQL_LARGE: {
    blame: 'user',
    message: 'the query of the rule asks for over {most} rows of "metrics"',
    hint: 'Name the metrics that it needs, or let it look at less of the past.',
  },
  MONITOR_CHANNEL: { blame: 'user', message: 'the channel cannot be used: {trouble}' },
  MONITOR_RULE: { blame: 'user', message: 'the rule cannot be used: {trouble}' },
  MONITOR_NOT_FOUND: { blame: 'user', message: 'there is no {kind} "{id}"' },
  MONITOR_TOO_MANY: { blame: 'user', message: 'the workspace has {most} {kind}s already, and can have no more' },
  MONITOR_SECRET_MISSING: { blame: 'user', message: 'there is no secret "{name}"' },
  MONITOR_MAIL_REJECTED: { blame: 'external', message: 'the mail server refused {count} of the recipients' },
  MONITOR_MAIL_NOT_SENT: { blame: 'external', message: 'could not send mail by "{host}"' },
  MONITOR_CHANGED: {
    blame: 'user',
    message: 'somebody else has changed {kind} "{id}"',
    hint: 'Read it again, and make the change in the newest version.',
  },
})
