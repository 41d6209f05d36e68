import { Textarea } from '@mantine/core'
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { EventType } from '../../db/rows/event.ts'
import { SAMPLE_CALLS } from '../../event/sample-call.ts'
import { capital } from './words.ts'

/** What calls there are samples of. */
const TYPES = Object.keys(SAMPLE_CALLS) as readonly EventType[]

/** A call as it is written for people. */
export const textOf = (call: unknown): string => JSON.stringify(call, null, 2)

/** The call that a text is, or undefined. */
export const callOf = (text: string): JsonObject | undefined => {
  try {
    const value = JSON.parse(text) as Json
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A button for a sample of each type; the one that the text is, is pressed. */
export const SampleChips = ({ text, set }: Omit<Props, 'label'>) =>
  TYPES.map((type) => (
    <button
      key={type}
      type="button"
      className="chip"
      aria-pressed={text === textOf(SAMPLE_CALLS[type])}
      onClick={() => set(textOf(SAMPLE_CALLS[type]))}
    >
      {capital(type)}
    </button>
  ))

type Props = { readonly label: string; readonly text: string; readonly set: (text: string) => void }

/** A call to try something on: a sample of each type, or one's own. */
export const CallText = ({ label, text, set }: Props) => (
  <div className="stack tight">
    <fieldset className="chips" aria-label="A sample">
      <SampleChips text={text} set={set} />
    </fieldset>
    <Textarea
      className="code"
      label={label}
      autosize
      minRows={6}
      maxRows={24}
      spellCheck={false}
      value={text}
      error={callOf(text) ? undefined : 'This is no JSON object.'}
      onChange={({ currentTarget }) => set(currentTarget.value)}
    />
  </div>
)
