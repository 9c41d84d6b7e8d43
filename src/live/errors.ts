/** What goes wrong with cells that go on on the server. */
import { defineErrors } from '#base'

export const liveErrors = defineErrors({
  LIVE_RUN_NOT_FOUND: { blame: 'user', message: 'run "{run}" of the notebook does not exist, or ended long ago' },
  LIVE_RUN_ID: { blame: 'user', message: '"{run}" cannot name a run', hint: 'Use 8 to 40 letters and digits.' },
  LIVE_RUN_EXISTS: { blame: 'user', message: 'run "{run}" of the notebook was begun by somebody else' },
  LIVE_RUN_TOO_LARGE: { blame: 'user', message: 'the run and what it needs take {length} characters, and may have {limit}' },
  LIVE_SET_UP_LENGTH: {
    blame: 'user',
    message: 'what the cell needs of others has more than {limit} characters with its values',
    hint: 'Name long values less often.',
  },
  LIVE_POSITION: {
    blame: 'user',
    message: '"{position}" is no position in runs of a notebook',
    hint: 'Give none, to have all of it anew.',
  },
  LIVE_CELLS_OF_PERSON: {
    blame: 'user',
    message: '{limit} cells of yours run already, which is as many as may',
    hint: 'Stop one of them.',
  },
  LIVE_CELLS_FULL: {
    blame: 'user',
    message: '{limit} cells run on this server already, which is as many as may',
    hint: 'Stop one of them, or wait until one has ended.',
  },
  LIVE_WATCHERS_FULL: { blame: 'user', message: 'as many pages watch notebooks already as may', hint: 'Close one of them.' },
  LIVE_UNWATCHED: {
    blame: 'user',
    message: 'the cell was stopped, since nobody watched it for {time}',
    hint: 'Run it again. The option --live-cell-grace of the server sets the time.',
  },
  LIVE_RIGHT_GONE: { blame: 'user', message: 'the cell was stopped, since {user} may no longer run cells in this workspace' },
  LIVE_CELL_GONE: { blame: 'user', message: 'the cell was stopped, since it is no longer in the notebook' },
  LIVE_NOT_REPEATED: {
    blame: 'user',
    message: 'the server was started again, and the cell was not: it does more than to ask',
    hint: 'Look at what it has done so far before you run it again. What writes for long is better a job.',
  },
  LIVE_STARTED_TOO_OFTEN: {
    blame: 'user',
    message: 'the cell was started again {times} times and never ran for a minute',
    hint: 'Run it by hand when its trouble is gone.',
  },
})
