/** The bytes that end a line. */
export const lineFeed = 10
export const carriageReturn = 13
