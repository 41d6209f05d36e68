import type { Db } from './database.ts'
import { transact } from './query.ts'

/** Carries the answer out of the transaction that it undoes. */
class Undone<T> extends Error {
  readonly answer: T
  constructor(answer: T) {
    super('undone')
    this.answer = answer
  }
}

/** Does work in a transaction, undoes it whole, and answers what the work answered: nothing of it is ever seen by anybody else. */
export const undone = async <T>(db: Db, work: (tx: Db) => Promise<T>): Promise<T> => {
  try {
    await transact(db, async (tx) => {
      throw new Undone(await work(tx))
    })
  } catch (error) {
    if (error instanceof Undone) return (error as Undone<T>).answer
    throw error
  }
  throw new Error('what is undone always ends with an answer or an error')
}
