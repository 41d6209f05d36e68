/** The later of two instants. */
export const later = (a: Date, b: Date): Date => new Date(Math.max(+a, +b))
