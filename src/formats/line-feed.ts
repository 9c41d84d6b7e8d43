/** The byte that ends a line. */
export const lineFeed = 10
