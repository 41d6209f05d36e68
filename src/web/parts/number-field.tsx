import { TextInput } from '@mantine/core'

type Props = {
  readonly label: string
  readonly placeholder?: string
  readonly value: number | undefined
  readonly set: (value: number | undefined) => void
}

/** A whole number, or nothing. */
export const NumberField = ({ label, placeholder = '', value, set }: Props) => (
  <TextInput
    label={label}
    placeholder={placeholder}
    type="number"
    min={1}
    maw={260}
    value={value === undefined ? '' : String(value)}
    onChange={({ currentTarget: { value: text } }) => set(text === '' ? undefined : Math.round(Number(text)))}
  />
)
