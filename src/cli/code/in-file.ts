import { Refused } from '../../base/errors.ts'

const whatIsDone = (done: readonly string[]): string =>
  done.length === 0 ? '' : `\n\nApplied before, and stays: ${done.join(', ')}. Mend the file and apply again.`

/** Does something about what a file says, and names that file where the space refuses it, and what of a plan was `done` before. */
export const inFile = async <T>(path: string, act: () => Promise<T>, done: readonly string[] = []): Promise<T> => {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const { id, status, message } = error
    throw new Refused(id, `${path}: ${message}${whatIsDone(done)}`, { status, cause: error })
  }
}
