import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { Icon } from '../parts/icon.tsx'
import { Beside, problemsAt } from '../parts/problems.tsx'
import type { Problem } from '../wire.ts'
import { asOther, type FieldSaid, type How, isReadable, type Simple, waysOf } from './said.ts'
import type { Field } from './wire.ts'

const WAYS: Readonly<Record<How, string>> = {
  nothing: 'left out',
  path: 'from the call',
  value: 'always the same',
  template: 'a text with {{parts}}',
  keys: 'key by key',
  json: 'written as JSON',
}
const PLACEHOLDERS: Readonly<Record<Simple['how'], string>> = {
  path: '$.properties.total',
  value: '',
  template: 'Hello {{traits.name}}',
  json: '{"@if": …}',
}

type InputProps = {
  readonly label: string
  readonly said: Simple
  readonly choices?: Field['choices']
  readonly paths: string
  readonly set: (said: Simple) => void
}

const Input = ({ label, said, choices, paths, set }: InputProps) => {
  const typed = (text: string): void => set({ ...said, text })
  if (said.how === 'value' && choices)
    return (
      <NativeSelect
        aria-label={label}
        value={said.text}
        data={[...(said.text === '' ? [{ value: '', label: 'Choose' }] : []), ...choices]}
        onChange={({ currentTarget }) => typed(currentTarget.value)}
      />
    )
  if (said.how === 'json')
    return (
      <Textarea
        className="code"
        aria-label={label}
        autosize
        minRows={3}
        spellCheck={false}
        value={said.text}
        error={isReadable(said) ? undefined : 'This is no JSON.'}
        onChange={({ currentTarget }) => typed(currentTarget.value)}
      />
    )
  return (
    <TextInput
      aria-label={label}
      {...(said.how === 'path' ? { list: paths } : {})}
      placeholder={PLACEHOLDERS[said.how]}
      value={said.text}
      onChange={({ currentTarget }) => typed(currentTarget.value)}
    />
  )
}

const How_ = ({ label, how, ways, set }: { label: string; how: How; ways: readonly How[]; set: (how: How) => void }) => (
  <NativeSelect
    aria-label={label}
    value={how}
    data={[...new Set([...ways, how])].map((way) => ({ value: way, label: WAYS[way] }))}
    onChange={({ currentTarget }) => set(currentTarget.value as How)}
  />
)

type Keyed = Extract<FieldSaid, { how: 'keys' }>
const SIMPLE: readonly How[] = ['path', 'value', 'template', 'json']

const Keys = ({ of, name, paths, set }: { of: Keyed; name: string; paths: string; set: (said: Keyed) => void }) => {
  const change = (at: number, next: Partial<Keyed['of'][number]>): void =>
    set({ ...of, of: of.of.map((one, other) => (other === at ? { ...one, ...next } : one)) })
  return (
    <div className="stack tight">
      {of.of.map(({ key, said }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a key is what is typed
        <div key={at} className="keyed">
          <TextInput
            aria-label={`Key ${at + 1} of ${name}`}
            placeholder="name"
            value={key}
            onChange={({ currentTarget }) => change(at, { key: currentTarget.value })}
          />
          <How_
            label={`How ${key || `key ${at + 1}`} in ${name} is filled`}
            how={said.how}
            ways={SIMPLE}
            set={(how) => change(at, { said: asOther(said, how) as Simple })}
          />
          <Input
            label={`Value of ${key || `key ${at + 1}`} in ${name}`}
            said={said}
            paths={paths}
            set={(next) => change(at, { said: next })}
          />
          <Button
            variant="default"
            aria-label={`Remove ${key || `key ${at + 1}`} from ${name}`}
            onClick={() => set({ ...of, of: of.of.filter((_, other) => other !== at) })}
          >
            Remove
          </Button>
        </div>
      ))}
      <div>
        <button
          type="button"
          className="add"
          onClick={() => set({ ...of, of: [...of.of, { key: '', said: { how: 'path', text: '$.' } }] })}
        >
          <Icon name="plus" size={13} /> A key of {name}
        </button>
      </div>
    </div>
  )
}

type Props = {
  readonly of: Field
  readonly said: FieldSaid
  /** The list of places in a call, for who types one. */
  readonly paths: string
  readonly problems: readonly Problem[]
  readonly set: (said: FieldSaid) => void
}

/** One field of a request: how it is filled, and with what. */
export const FieldRow = ({ of, said, paths, problems, set }: Props) => (
  <div className="field-row">
    <div className="field-name">
      <strong>{of.label}</strong>
      {of.required && <span className="dim"> needed</span>}
      <div className="dim small">{of.description}</div>
    </div>
    <How_ label={`How ${of.label} is filled`} how={said.how} ways={waysOf(of)} set={(how) => set(asOther(said, how))} />
    <div className="field-said">
      {said.how === 'keys' ? (
        <Keys of={said} name={of.label} paths={paths} set={set} />
      ) : (
        said.how !== 'nothing' && <Input label={of.label} said={said} choices={of.choices} paths={paths} set={set} />
      )}
      {said.how === 'path' && /^\$\.?$/.test(said.text.trim()) && <p className="dim small">That is the whole call.</p>}
      <Beside of={problemsAt(problems, `fields.${of.fieldKey}`)} />
    </div>
  </div>
)
