import { Status } from '../parts/status.tsx'
import { many, number } from '../parts/words.ts'
import type { SqlTraitRun } from './wire.ts'

const STATES: Readonly<Record<SqlTraitRun['status'], string>> = {
  READING: 'preparing',
  TELLING: 'sending',
  DONE: 'completed',
  FAILED: 'failed',
}

export const RunStatus = ({ of }: { readonly of: SqlTraitRun }) => <Status of={STATES[of.status]} title={of.error} />

/** What a run did with the rows, against the run before it. */
export const rowWords = ({ rows, changed, created, missing, discarded }: SqlTraitRun): string => {
  const moved = [
    changed > 0 && `${number(changed)} new or changed`,
    created > 0 && `${number(created)} of them not known before`,
    missing > 0 && `${number(missing)} gone, whose traits were taken away`,
    discarded > 0 && `${number(discarded)} left out, too large or nobody’s`,
  ].filter(Boolean)
  return `${many(rows, 'row')}: ${moved.length === 0 ? 'all as before' : moved.join(', ')}`
}
