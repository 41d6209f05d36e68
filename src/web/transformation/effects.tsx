import { Button, NativeSelect, TextInput } from '@mantine/core'
import { Icon } from '../parts/icon.tsx'
import { CASINGS, EFFECTS, type Effect, type EffectKind } from './draft.ts'

type FieldsProps<Kind extends EffectKind> = {
  readonly of: Extract<Effect, { kind: Kind }>
  readonly set: (next: Effect) => void
}
type TextProps = {
  readonly label: string
  readonly value: string
  readonly placeholder: string
  readonly set: (value: string) => void
}

const Text = ({ label, value, placeholder, set }: TextProps) => (
  <TextInput
    size="xs"
    label={label}
    value={value}
    placeholder={placeholder}
    onChange={({ currentTarget }) => set(currentTarget.value)}
  />
)

const Hash = ({ of, set }: FieldsProps<'hash'>) => (
  <>
    <Text
      label="Values at"
      placeholder="traits.email, properties.phone"
      value={of.paths}
      set={(paths) => set({ ...of, paths })}
    />
    <NativeSelect
      size="xs"
      label="by"
      value={of.algorithm}
      data={['SHA256', 'SHA512', 'SHA384', 'SHA224', 'SHA1', 'MD5']}
      onChange={({ currentTarget }) => set({ ...of, algorithm: currentTarget.value })}
    />
    <NativeSelect
      size="xs"
      label="written as"
      value={of.encoding}
      data={['HEX', 'BASE16', 'BASE64', 'BASE64URL']}
      onChange={({ currentTarget }) => set({ ...of, encoding: currentTarget.value })}
    />
    <Text label="with the key (HMAC)" placeholder="none" value={of.key} set={(key) => set({ ...of, key })} />
  </>
)

const Fields = ({ of, set }: { readonly of: Effect; readonly set: (next: Effect) => void }) => {
  switch (of.kind) {
    case 'newEventName':
      return <Text label="It is called" placeholder="Order Completed" value={of.to} set={(to) => set({ ...of, to })} />
    case 'rename':
      return (
        <>
          <Text label="The property" placeholder="order.id" value={of.from} set={(from) => set({ ...of, from })} />
          <Text label="is called" placeholder="order_id" value={of.to} set={(to) => set({ ...of, to })} />
        </>
      )
    case 'value':
      return (
        <>
          <Text label="Set" placeholder="properties.currency" value={of.path} set={(path) => set({ ...of, path })} />
          <Text label="to" placeholder="EUR" value={of.to} set={(to) => set({ ...of, to })} />
        </>
      )
    case 'casing':
      return (
        <>
          <Text label="The text at" placeholder="properties.plan" value={of.path} set={(path) => set({ ...of, path })} />
          <NativeSelect
            size="xs"
            label="in"
            value={of.by}
            data={[...CASINGS]}
            onChange={({ currentTarget }) => set({ ...of, by: currentTarget.value })}
          />
        </>
      )
    case 'hash':
      return <Hash of={of} set={set} />
    case 'keep':
      return <Text label="Keep only" placeholder="plan, order.id" value={of.paths} set={(paths) => set({ ...of, paths })} />
    case 'drop':
      return <span>The call is dropped, and counted as not taken.</span>
  }
}

const possible = (effects: readonly Effect[], subject: string): readonly EffectKind[] => {
  const there = new Set(effects.map(({ kind }) => kind))
  return (Object.keys(EFFECTS) as EffectKind[]).filter((kind) => {
    if (there.has(kind) && EFFECTS[kind].once) return false
    if (kind === 'newEventName' && subject !== 'track') return false
    if (kind === 'casing') return !there.has('rename') && !there.has('value')
    return kind === 'rename' || kind === 'value' ? !there.has('casing') : true
  })
}

type Props = { readonly of: readonly Effect[]; readonly subject: string; readonly set: (effects: readonly Effect[]) => void }

/** What a transformation does, one line a thing, and what else it could. */
export const EffectFields = ({ of, subject, set }: Props) => (
  <div className="stack tight">
    <ol className="effects">
      {of.map((effect, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are what they are by their place
        <li key={at} className="row wrap">
          <Fields of={effect} set={(next) => set(of.map((one, other) => (other === at ? next : one)))} />
          <Button
            size="xs"
            variant="default"
            aria-label={`Remove: ${EFFECTS[effect.kind].label}`}
            onClick={() => set(of.filter((_, other) => other !== at))}
          >
            Remove
          </Button>
        </li>
      ))}
    </ol>
    <div className="adds">
      {possible(of, subject).map((kind) => (
        <button key={kind} type="button" className="add" onClick={() => set([...of, EFFECTS[kind].fresh])}>
          <Icon name="plus" size={13} /> {EFFECTS[kind].label}
        </button>
      ))}
    </div>
  </div>
)
