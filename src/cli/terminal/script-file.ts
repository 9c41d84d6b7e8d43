/** Reads a script from a file or from standard input, with an error that says what is wrong with it. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { cliErrors, usageErrors } from '../errors.ts'

/** Bytes or characters of a script at most. Statements, not data: more is a mistake. */
export const scriptLengthMax = 16 * 1024 * 1024

/** The text of a file, or of standard input for `-`. */
export async function readScriptFile(path: string, input: Readable): Promise<string> {
  if (path === '-') return readStream('standard input', input)
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw fileError(path, error)
  })
  if (found.isDirectory()) throw usageErrors.CLI_FILE_IS_DIRECTORY({ path })
  if (found.isFile() && found.size > scriptLengthMax) throw scriptTooLarge(path)
  return readStream(path, createReadStream(path))
}

async function readStream(name: string, stream: Readable): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  try {
    for await (const part of stream as AsyncIterable<Uint8Array>) {
      length += part.length
      if (length > scriptLengthMax) throw scriptTooLarge(name)
      parts.push(part)
    }
  } catch (error) {
    throw isSystemError(error) ? fileError(name, error) : error
  }
  try {
    // A byte order mark at the start is dropped; one in the middle is for the lexer to judge.
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts))
  } catch (cause) {
    throw cliErrors.CLI_FILE_NOT_UTF8({ path: name }, { cause })
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'errno' in error
}

export function scriptTooLarge(path: string): Error {
  return cliErrors.CLI_FILE_TOO_LARGE({ path, limitMb: scriptLengthMax / 1024 / 1024 })
}

function fileError(path: string, error: NodeJS.ErrnoException): Error {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ENAMETOOLONG') {
    const hint =
      path.endsWith(';') || /\s/.test(path) ? 'A statement itself goes in through a pipe: echo "SELECT 1" | millrace run -' : undefined
    return usageErrors.CLI_FILE_NOT_FOUND({ path }, { hint })
  }
  if (error.code === 'EISDIR') return usageErrors.CLI_FILE_IS_DIRECTORY({ path })
  const problem =
    error.code === 'EACCES' || error.code === 'EPERM'
      ? 'Its permissions do not let this user read it.'
      : `The system said: ${error.message}.`
  return cliErrors.CLI_FILE_UNREADABLE({ path }, { detail: problem, cause: error })
}
