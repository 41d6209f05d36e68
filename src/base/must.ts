/** The value, or a clear failure saying what should have been here. For what the code itself guarantees, never for input. */
export const must = <T>(value: T | null | undefined, whatShouldBeHere: string): T => {
  if (value === null || value === undefined) throw new Error(`missing: ${whatShouldBeHere}`)
  return value
}

/** Closes a `switch` over a union: a case that was forgotten does not compile. */
export const unreachable = (value: never): never => {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
