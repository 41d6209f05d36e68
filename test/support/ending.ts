import { afterAll } from 'vitest'

type End = () => unknown

const ends: End[] = []

/**
 * Has something end with the test file, whatever began last first; called anywhere, also inside of a hook or a test, where `afterAll` would
 * never run.
 */
export const atEnd = (end: End): void => void ends.push(end)

// Each ends even when another does not: what stays behind is a server on somebody's machine.
afterAll(async () => {
  const failures: unknown[] = []
  for (let end = ends.pop(); end; end = ends.pop())
    try {
      await end()
    } catch (error) {
      failures.push(error)
    }
  if (failures.length > 1) throw new AggregateError(failures, failures.map(String).join('; '))
  if (failures.length === 1) throw failures[0]
})
