import { Span } from '../../audience/builder/fields.tsx'
import { NumberField } from '../../parts/number-field.tsx'
import { Beside, problemsAt } from '../../parts/problems.tsx'
import type { Problem } from '../../wire.ts'
import type { TraitOptions } from '../wire.ts'
import type { Draft } from './draft.ts'

type Props = {
  readonly draft: Draft
  readonly set: (draft: Draft) => void
  readonly problems: readonly Problem[]
  readonly fixed: boolean
}

type TickProps = {
  readonly checked: boolean
  readonly set: (checked: boolean) => void
  readonly disabled?: boolean
  readonly label: string
  readonly says: string
}

const Tick = ({ checked, set, disabled = false, label, says }: TickProps) => (
  <label className="tick-line">
    <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => set(event.currentTarget.checked)} />
    <span>
      {label} <span className="dim small">{says}</span>
    </span>
  </label>
)

const OfAccounts = ({ options, put }: { readonly options: TraitOptions; readonly put: (options: TraitOptions) => void }) => {
  const { recompute, ...always } = options
  return (
    <>
      <Tick
        checked={options.honourGroupId === true}
        set={(honourGroupId) => put({ ...options, honourGroupId })}
        label="An event counts for the group that it names, only."
        says="Otherwise it counts for every account of its person."
      />
      <Tick
        checked={recompute !== undefined}
        set={(on) => put(on ? { ...always, recompute: { every: '8 hours' } } : always)}
        label="Compute now and then, not at once."
        says="As Segment does, every 8 hours."
      />
      {recompute && (
        <div className="say">
          <span>every</span>
          <Span value={recompute.every} set={(every) => put({ ...options, recompute: { every } })} label="Every" />
        </div>
      )}
    </>
  )
}

/** What most leave as it is: who counts, and how much of the past. */
export const Options = ({ draft, set, problems, fixed }: Props) => {
  const { options, about } = draft
  const put = (next: TraitOptions): void => set({ ...draft, options: next })
  const { backfillDurationDays: days, ...whole } = options
  return (
    <details className="more-options" open={problemsAt(problems, 'options').length > 0 || undefined}>
      <summary>Who and how much of the past counts</summary>
      <div className="stack tight">
        {about === 'USERS' && (
          <Tick
            checked={options.includeAnonymousUsers === true}
            disabled={fixed}
            set={(includeAnonymousUsers) => put({ ...options, includeAnonymousUsers })}
            label="Also people who are only known by an anonymous id."
            says={fixed ? 'Chosen when it was made, for good.' : 'Chosen once, for good.'}
          />
        )}
        <Tick
          checked={options.includeHistoricalData !== false}
          set={(includeHistoricalData) => put({ ...(includeHistoricalData ? options : whole), includeHistoricalData })}
          label="Count what happened before it was made."
          says="What has a time window always does."
        />
        {options.includeHistoricalData !== false && (
          <NumberField
            label="Look back at most so many days"
            placeholder="all there is"
            value={days}
            set={(next) => put(next === undefined ? whole : { ...options, backfillDurationDays: next })}
          />
        )}
        {about === 'ACCOUNTS' && <OfAccounts options={options} put={put} />}
        <Beside of={problemsAt(problems, 'options')} />
      </div>
    </details>
  )
}
