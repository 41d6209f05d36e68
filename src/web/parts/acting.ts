import { useState } from 'react'
import { ApiFailure } from '../api.ts'

/** Something that is done by a press: whether it is under way, and what it failed with. */
export const useActing = () => {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ApiFailure>()
  const act = (work: () => Promise<unknown>): void => {
    setBusy(true)
    setProblem(undefined)
    work()
      .catch((error: unknown) => setProblem(error instanceof ApiFailure ? error : new ApiFailure(0, 'failed', String(error))))
      .finally(() => setBusy(false))
  }
  return { busy, problem, act, forget: () => setProblem(undefined) }
}
