import { sql } from 'kysely'
import { setTraits } from '../../trait/set-traits.ts'
import type { StepKind } from '../step.ts'

/** Writes a trait on the profile, as an identify call of that instant would. */
export const setTrait: StepKind<'set_trait'> = {
  ways: (step) => [{ branch: '', next: step.next }],
  act: async (step, { tx, cohort, at }, moved) => {
    const recipients = sql<{ profile_id: string }>`select distinct r.profile_id from journey_run r
      where r.space_id = ${cohort.spaceId} and r.cohort_id = ${moved}`
    await setTraits(tx, cohort.spaceId, step.trait, step.value, recipients, at)
  },
}
