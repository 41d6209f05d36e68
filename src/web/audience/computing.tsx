import { Block } from '../parts/page.tsx'
import { Ago } from '../parts/time.tsx'
import { many, number } from '../parts/words.ts'
import type { Audience, Computing } from '../wire.ts'
import './organise.css'

/** Whether events move it one by one, or time and whole histories do, and what in the sentence makes it so (spec/audiences §15.1). */
export const Mode = ({ of }: { readonly of: Audience }) => {
  const { type, because } = of.computeCadence
  return type === 'BATCH' ? (
    <span className="status tone-plain" title={`Because of ${because.join(' and ')}. It is exact at each instant all the same.`}>
      batch
    </span>
  ) : (
    <span className="status tone-plain" title="Each event and each changed trait moves people within seconds.">
      real time
    </span>
  )
}

const CAUSES = { new: 'Its first computation', edit: 'The edit', check: 'A full check' } as const

const where = ({ phase, percent, place, ahead }: Computing): string => {
  if (phase === 'waiting' && (place ?? 1) === 1 && (ahead ?? 0) === 0) return 'is about to begin'
  if (phase === 'waiting')
    return `waits at place ${number(place ?? 1)} of the queue, behind ${many(ahead ?? 0, 'that is', 'that are')} at work`
  if (phase === 'switching') return 'is done; who enters and exits is written'
  return `is ${percent} % done`
}

/** The full computation that waits or is at work: how far it is, for whom, and for which time. */
export const ComputingNow = ({ of }: { readonly of: Computing }) => (
  <Block>
    <div className="stack tight" data-testid="computing" aria-live="polite">
      <p>
        <strong>{CAUSES[of.cause]}</strong> {where(of)}.
        {of.cause === 'edit' && ' Until then the members are those of the version before.'}
      </p>
      <div
        className="progress"
        role="progressbar"
        aria-label="Computed"
        aria-valuenow={of.percent}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <i style={{ width: `${of.percent}%` }} />
      </div>
      <p className="small soft">
        {of.phase === 'waiting' ? 'Asked for' : 'At work since'} <Ago at={of.since} /> by {of.askedBy}
        {of.steps > 1 && `; ${number(of.done)} of ${many(of.steps, 'step')}`}
        {of.attempt > 1 && `; attempt ${of.attempt} of 5`}
      </p>
    </div>
  </Block>
)
