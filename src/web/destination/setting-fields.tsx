import { NativeSelect, PasswordInput, TextInput } from '@mantine/core'
import { Beside, problemsAt } from '../parts/problems.tsx'
import type { Problem } from '../wire.ts'
import type { Option } from './wire.ts'

/** What is typed so far: only what was touched is sent. */
export type Given = Readonly<Record<string, string | boolean>>

type OneProps = {
  readonly of: Option
  readonly value: string | boolean | undefined
  readonly kept: boolean
  readonly set: (value: string | boolean) => void
}

const Secret = ({ of: { label, description, required }, value, kept, set }: OneProps) => (
  <PasswordInput
    label={label}
    description={description}
    withAsterisk={required && !kept}
    autoComplete="new-password"
    placeholder={kept ? 'Kept; type another one to change it' : required ? '' : 'None'}
    visibilityToggleButtonProps={{ 'aria-label': `Show or hide ${label}` }}
    value={typeof value === 'string' ? value : ''}
    onChange={({ currentTarget }) => set(currentTarget.value)}
  />
)

const Yes = ({ of: { label, description }, value, set }: OneProps) => (
  <label className="tick-line">
    <input type="checkbox" checked={value === true} onChange={({ currentTarget }) => set(currentTarget.checked)} />
    <span>
      {label} <span className="dim small">{description}</span>
    </span>
  </label>
)

const One = (props: OneProps) => {
  const { of, value, set } = props
  if (of.sensitive) return <Secret {...props} />
  if (of.type === 'boolean') return <Yes {...props} />
  const text = typeof value === 'string' ? value : ''
  const named = { label: of.label, description: of.description, withAsterisk: of.required }
  if (of.choices)
    return (
      <NativeSelect
        {...named}
        value={text}
        data={[...(text === '' ? [{ value: '', label: 'Choose' }] : []), ...of.choices]}
        onChange={({ currentTarget }) => set(currentTarget.value)}
      />
    )
  return (
    <TextInput
      {...named}
      placeholder={of.type === 'url' ? 'https://' : ''}
      value={text}
      onChange={({ currentTarget }) => set(currentTarget.value)}
    />
  )
}

type Props = {
  readonly of: readonly Option[]
  readonly given: Given
  readonly stored?: Readonly<Record<string, unknown>>
  /** Settings that are there and that nobody is told. */
  readonly secrets?: readonly string[]
  readonly problems?: readonly Problem[]
  readonly set: (given: Given) => void
}

const plain = (value: unknown): string | boolean | undefined =>
  typeof value === 'string' || typeof value === 'boolean' ? value : undefined

/** A tool's settings as its catalogue entry describes them; a secret that is kept is never shown. */
export const SettingFields = ({ of, given, stored = {}, secrets = [], problems = [], set }: Props) => (
  <>
    {of.map((option) => (
      <div key={option.name}>
        <One
          of={option}
          value={given[option.name] ?? plain(stored[option.name] ?? option.defaultValue)}
          kept={secrets.includes(option.name)}
          set={(value) => set({ ...given, [option.name]: value })}
        />
        <Beside of={problemsAt(problems, `settings.${option.name}`)} />
      </div>
    ))}
  </>
)
