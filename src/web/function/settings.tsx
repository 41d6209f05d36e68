import { Button, NativeSelect, TextInput } from '@mantine/core'
import type { Setting } from './wire.ts'

const TYPES = [
  { value: 'STRING', label: 'a text' },
  { value: 'BOOLEAN', label: 'yes or no' },
  { value: 'ARRAY', label: 'several texts' },
  { value: 'TEXT_MAP', label: 'texts by name' },
]
const FRESH: Setting = { name: '', label: '', description: '', type: 'STRING', required: false, sensitive: false }

type TickProps = {
  readonly label: string
  readonly of: string
  readonly checked: boolean
  readonly set: (on: boolean) => void
}
const Tick = ({ label, of, checked, set }: TickProps) => (
  <label className="tick-line">
    <input
      type="checkbox"
      aria-label={`${of} ${label}`}
      checked={checked}
      onChange={({ currentTarget }) => set(currentTarget.checked)}
    />{' '}
    {label}
  </label>
)

const Line = ({
  of,
  place,
  set,
  remove,
}: {
  readonly of: Setting
  readonly place: number
  readonly set: (setting: Setting) => void
  readonly remove: () => void
}) => {
  const named = of.name || `setting ${place + 1}`
  return (
    <li className="row wrap">
      <TextInput
        label="settings."
        aria-label={`Name of ${named}`}
        placeholder="apiKey"
        value={of.name}
        onChange={({ currentTarget }) => set({ ...of, name: currentTarget.value })}
      />
      <NativeSelect
        label="is"
        aria-label={`Type of ${named}`}
        data={TYPES}
        value={of.type}
        onChange={({ currentTarget }) => set({ ...of, type: currentTarget.value as Setting['type'] })}
      />
      <Tick label="required" of={named} checked={of.required} set={(required) => set({ ...of, required })} />
      <Tick label="secret" of={named} checked={of.sensitive} set={(sensitive) => set({ ...of, sensitive })} />
      <Button size="xs" variant="default" aria-label={`Remove ${named}`} onClick={remove}>
        Remove
      </Button>
    </li>
  )
}

/** What a function asks each of its connections for. */
export const SettingRows = ({
  of,
  set,
}: {
  readonly of: readonly Setting[]
  readonly set: (settings: readonly Setting[]) => void
}) => (
  <div className="stack">
    {of.length > 0 && (
      <ul className="effects">
        {of.map((one, place) => (
          <Line
            // biome-ignore lint/suspicious/noArrayIndexKey: a name is being typed, so it is no key
            key={place}
            of={one}
            place={place}
            set={(next) => set(of.with(place, next))}
            remove={() => set(of.toSpliced(place, 1))}
          />
        ))}
      </ul>
    )}
    <div>
      <Button size="xs" variant="default" onClick={() => set([...of, FRESH])}>
        Ask for a setting
      </Button>
    </div>
    <p className="dim small">
      Each source that it is connected to gives its own values. A secret one is kept sealed and never shown again.
    </p>
  </div>
)
