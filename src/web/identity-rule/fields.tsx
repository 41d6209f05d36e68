import '@mantine/core/styles/Input.css'
import { Textarea, TextInput } from '@mantine/core'
import { Beside, problemsAt } from '../parts/problems.tsx'
import type { Problem } from '../wire.ts'
import { type Draft, textsOf, valueCount } from './draft.ts'
import type { Blocked, Period } from './wire.ts'
import { blockedWords, PERIODS } from './words.ts'

export type FieldsProps = {
  readonly draft: Draft
  readonly set: (change: Partial<Draft>) => void
  readonly problems: readonly Problem[]
}

const Limit = ({ draft, set, problems }: FieldsProps) => (
  <div>
    <div className="limit-line">
      <TextInput
        label="Values on one profile, at most"
        type="number"
        min={1}
        max={1_000}
        value={draft.limit}
        onChange={({ currentTarget }) => set({ limit: currentTarget.value })}
      />
      <label className="pick-field">
        <strong className="small">Counted</strong>
        <select
          className="pick"
          value={draft.period}
          onChange={({ currentTarget }) => set({ period: currentTarget.value as Period })}
        >
          {Object.entries(PERIODS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </div>
    <Beside of={problemsAt(problems, 'limit', 'period')} />
  </div>
)

const PLACES: Readonly<Record<Draft['place'], string>> = {
  usual: 'as usual',
  number: 'by a number',
  last: 'behind all others',
}

const Place = ({ draft, set, problems }: FieldsProps) => (
  <div>
    <div className="limit-line">
      <label className="pick-field">
        <strong className="small">Kept</strong>
        <select
          className="pick"
          value={draft.place}
          onChange={({ currentTarget }) => set({ place: currentTarget.value as Draft['place'] })}
        >
          {Object.entries(PLACES).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {draft.place === 'number' && (
        <TextInput
          label="Priority"
          description="1 is kept longest"
          type="number"
          min={1}
          max={1_000}
          value={draft.priority}
          onChange={({ currentTarget }) => set({ priority: currentTarget.value })}
        />
      )}
    </div>
    <p className="dim small">As usual, user_id is 1, email 2, and the others come behind every number, by the alphabet.</p>
    <Beside of={problemsAt(problems, 'priority')} />
  </div>
)

// Entry 7 of what was sent is line 3 of the patterns, where four values stand before them.
const lineProblems = (problems: readonly Problem[], from: number, to: number): readonly Problem[] =>
  problems.flatMap((problem) => {
    const place = Number(/^blocked\.(\d+)/.exec(problem.field)?.[1] ?? Number.NaN)
    return place >= from && place < to ? [{ ...problem, message: `line ${place - from + 1} ${problem.message}` }] : []
  })

const Own = ({ draft, set, problems }: FieldsProps) => {
  const count = valueCount(draft)
  return (
    <>
      <div>
        <Textarea
          label="Values that name nobody"
          description="One a line, exactly as they come"
          className="code"
          autosize
          minRows={3}
          maxRows={12}
          spellCheck={false}
          value={draft.values}
          onChange={({ currentTarget }) => set({ values: currentTarget.value })}
        />
        <Beside of={lineProblems(problems, 0, count)} />
      </div>
      <div>
        <Textarea
          label="Patterns that name nobody"
          description="One regular expression a line, for example @test\.example$"
          className="code"
          autosize
          minRows={2}
          maxRows={12}
          spellCheck={false}
          value={draft.patterns}
          onChange={({ currentTarget }) => set({ patterns: currentTarget.value })}
        />
        <Beside of={lineProblems(problems, count, Infinity)} />
      </div>
      <Beside of={problems.filter(({ field }) => field === 'blocked')} />
    </>
  )
}

const BlockedValues = ({ usual, ...props }: FieldsProps & { readonly usual: readonly Blocked[] }) => {
  const { draft, set } = props
  const own = draft.values === '' && draft.patterns === '' ? textsOf(usual) : {}
  return (
    <fieldset className="controls">
      <legend>Blocked values</legend>
      <label className="tick-line">
        <input type="radio" name="blocked" checked={draft.usual} onChange={() => set({ usual: true })} />
        <span>
          The usual: <span className="dim small break">{blockedWords(usual)}</span>
        </span>
      </label>
      <label className="tick-line">
        <input type="radio" name="blocked" checked={!draft.usual} onChange={() => set({ usual: false, ...own })} />
        <span>My own, in place of them</span>
      </label>
      {!draft.usual && <Own {...props} />}
    </fieldset>
  )
}

type Props = FieldsProps & { readonly usual: readonly Blocked[]; readonly mayReadTraits: boolean }

/** All that may be said of a type, each with what is wrong with it beside it. */
export const Fields = ({ mayReadTraits, usual, ...props }: Props) => {
  const { draft, set, problems } = props
  return (
    <>
      <Limit {...props} />
      <Place {...props} />
      {mayReadTraits && (
        <div>
          <label className="tick-line">
            <input
              type="checkbox"
              checked={draft.readsTraits}
              onChange={({ currentTarget }) => set({ readsTraits: currentTarget.checked })}
            />
            <span>
              Read it from traits and properties of its name, too{' '}
              <span className="dim small">in camelCase and snake_case, beside what calls say in context.externalIds</span>
            </span>
          </label>
          <Beside of={problemsAt(problems, 'readsTraits')} />
        </div>
      )}
      <BlockedValues {...props} usual={usual} />
    </>
  )
}
