/** The words that persons are made of. */

export const firstNames: readonly string[] = 'Peter,Paul,Luke,John,Saul,Vicky,Kate,Julie,Sarah,Deiter,Walter'.split(',')
export const lastNames: readonly string[] = 'Shultz,Abrams,Spencer,White,Bartels,Walton,Smith,Jones,Noris'.split(',')
export const cities: readonly string[] = 'Phoenix,Los Angeles,San Francisco,Boise,Portland,Bend,Redmond,Seattle,Kent,Cheyenne'.split(',')
export const states: readonly string[] = 'AZ,CA,ID,OR,WA,WY'.split(',')

/** All names: the last name changes fastest. */
export const names: readonly string[] = firstNames.flatMap((first) => lastNames.map((last) => `${first} ${last}`))
