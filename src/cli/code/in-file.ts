import { join } from 'node:path'
import { Refused } from '../../base/errors.ts'
import { type Definition, fileOf } from './definition.ts'

const whatIsDone = (done: readonly string[]): string =>
  done.length === 0 ? '' : `\n\nApplied before, and stays: ${done.join(', ')}. Mend the file and apply again.`

/** Does something about the definition of a file, and names that file where the space refuses it, and what of a plan was `done` before. */
export const inFile = async <T>(
  folder: string,
  definition: Definition,
  act: () => Promise<T>,
  done: readonly string[] = [],
): Promise<T> => {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const { id, status, message } = error
    throw new Refused(id, `${join(folder, fileOf(definition))}: ${message}${whatIsDone(done)}`, { status, cause: error })
  }
}
