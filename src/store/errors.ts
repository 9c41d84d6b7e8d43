/** Everything that can go wrong with stored records. No error shows what they hold, nor a password. */
import { defineErrors } from '#base'

export const storeErrors = defineErrors({
  STORE_RECORD_CHANGED: {
    blame: 'user',
    message: '{kind} "{id}" has changed',
    hint: 'Read it again, then repeat the change.',
  },
  STORE_KEY_MISMATCH: {
    blame: 'user',
    message: '"{text}" cannot be the {part}',
    detail: 'It has at most {limit} bytes of UTF-8, and neither the character NUL nor halves of characters.',
  },
  STORE_TOO_LARGE: { blame: 'user', message: '{what} takes more than {limit} bytes' },
  STORE_ADDRESS: {
    blame: 'user',
    message: 'the address of the store has another form, expected postgresql://user@host:port/name',
    hint: 'Leave it empty to keep records in the folder of the server; give the password in PGPASSWORD or in the address.',
  },
  STORE_IN_USE: {
    blame: 'user',
    message: 'the records in "{place}" are in use by another server',
    hint: 'Stop that server first, or give this one a folder of its own.',
  },
  STORE_NEWER: {
    blame: 'user',
    message: 'the records in "{place}" were kept by a newer Millrace',
    detail: 'They are at step {found}, and this one knows steps up to {known}. Nothing was changed.',
    hint: 'Start the newer one.',
  },
  STORE_REFUSED: { blame: 'user', message: 'database "{place}" cannot be used' },
  STORE_ENCODING: {
    blame: 'user',
    message: 'database "{place}" cannot hold all characters: its encoding is {encoding}, expected UTF8',
    hint: "Create one with ENCODING 'UTF8'.",
  },
  STORE_UNREACHABLE: { blame: 'external', message: 'could not reach the records in "{place}"' },
  STORE_BUSY: {
    blame: 'external',
    message: 'too many changes wait for the records in "{place}"',
    hint: 'Try again when the store keeps up.',
  },
  STORE_FULL: {
    blame: 'external',
    message: 'could not write to "{place}": no space is left',
    hint: 'Make room there; what was refused is not kept, what was kept is untouched.',
  },
  STORE_DAMAGED: {
    blame: 'external',
    message: 'the records in "{place}" are damaged',
    hint: 'Bring them back from a copy.',
  },
  STORE_UNWRITABLE: { blame: 'external', message: 'could not write to "{place}"' },
  STORE_UNREADABLE: { blame: 'external', message: 'could not read "{place}"' },
  STORE_CLOSED: { blame: 'external', message: 'the store is closed' },
})
