import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import {
  isNullable,
  itemsOf,
  KINDS,
  type Kind,
  kindOf,
  PERMITTED,
  type Permitted,
  type Property,
  permittedOf,
  propertiesOf,
  type Schema,
  withKind,
  withPermitted,
  withProperties,
} from './schema-tree.ts'

const Tick = ({
  label,
  name,
  on,
  set,
  disabled,
}: {
  readonly label: string
  readonly name: string
  readonly on: boolean
  readonly set: (on: boolean) => void
  readonly disabled: boolean
}) => (
  <label className="tick-line nowrap">
    <input
      type="checkbox"
      aria-label={`${name} ${label}`}
      checked={on}
      disabled={disabled}
      onChange={({ currentTarget }) => set(currentTarget.checked)}
    />
    {label}
  </label>
)

type Of<T> = { readonly of: T; readonly path: string; readonly set: (next: T) => void; readonly disabled: boolean }

const PermittedFields = ({ of, path, set, disabled }: Of<Schema>) => {
  const permitted = permittedOf(of)
  const [text, setText] = useState(permitted.text)
  const change = (next: Permitted): void => set(withPermitted(of, next))
  return (
    <>
      <NativeSelect
        size="xs"
        aria-label={`Permitted values of ${path}`}
        value={permitted.by}
        disabled={disabled}
        data={[...PERMITTED]}
        onChange={({ currentTarget }) => change({ by: currentTarget.value as Permitted['by'], text })}
      />
      {permitted.by !== 'anything' && (
        <TextInput
          size="xs"
          aria-label={permitted.by === 'one of' ? `Values of ${path}, with | between them` : `Pattern of ${path}`}
          placeholder={permitted.by === 'one of' ? 'fall | winter | spring' : '^[A-Z]{3}$'}
          value={text}
          disabled={disabled}
          onChange={({ currentTarget }) => {
            setText(currentTarget.value)
            change({ by: permitted.by, text: currentTarget.value })
          }}
        />
      )}
    </>
  )
}

const KindField = ({ of, path, set, disabled }: Of<Schema>) => {
  const kind = kindOf(of)
  return (
    <NativeSelect
      size="xs"
      aria-label={`Type of ${path}`}
      value={kind ?? 'several'}
      disabled={disabled}
      data={[...KINDS, ...(kind === undefined ? ['several'] : [])]}
      onChange={({ currentTarget }) => {
        const next = KINDS.find((one) => one === currentTarget.value) as Kind | undefined
        if (next) set(withKind(of, next))
      }}
    />
  )
}

// What may stand inside a value: the properties of an object, or those of an array's items.
const Inside = ({ of, path, set, synced }: Omit<Of<Schema>, 'disabled'> & { readonly synced: Schema | undefined }) => {
  const kind = kindOf(of)
  if (kind === 'object') return <PropertyRows of={of} path={`${path}.`} set={set} synced={synced} />
  if (kind !== 'array') return null
  const items = itemsOf(of)
  const change = (next: Schema): void => set({ ...of, items: next })
  return (
    <div className="nested stack tight">
      <div className="row wrap">
        <span className="dim small">each item is</span>
        <KindField of={items} path={`${path}.$`} set={change} disabled={synced !== undefined} />
      </div>
      {kindOf(items) === 'object' && (
        <PropertyRows of={items} path={`${path}.$.`} set={change} synced={synced ? itemsOf(synced) : undefined} />
      )}
    </div>
  )
}

type RowProps = {
  readonly of: Property
  readonly path: string
  readonly synced: Schema | undefined
  readonly set: (next: Property) => void
  readonly remove: () => void
}

const Row = ({ of, path, synced, set, remove }: RowProps) => {
  const kind = kindOf(of.schema)
  const disabled = synced !== undefined
  const change = (schema: Schema): void => set({ ...of, schema })
  return (
    <li className="property">
      <div className="row wrap">
        <span className="mono grow">{of.name}</span>
        <KindField of={of.schema} path={path} set={change} disabled={disabled} />
        {kind === 'string' && <PermittedFields of={of.schema} path={path} set={change} disabled={disabled} />}
        <Tick label="required" name={path} on={of.required} set={(required) => set({ ...of, required })} disabled={disabled} />
        {kind !== 'any' && kind !== 'null' && kind !== undefined && (
          <Tick
            label="or null"
            name={path}
            on={isNullable(of.schema)}
            set={(nullable) => change(withKind(of.schema, kind, nullable))}
            disabled={disabled}
          />
        )}
        {disabled ? (
          <span className="dim small">of a library</span>
        ) : (
          <Button size="xs" variant="default" aria-label={`Remove ${path}`} onClick={remove}>
            Remove
          </Button>
        )}
      </div>
      <Inside of={of.schema} path={path} set={change} synced={synced} />
    </li>
  )
}

/** The properties that a schema plans, one a row, and those inside them; `synced` is what libraries say of it, which is not changed here. */
export const PropertyRows = ({
  of,
  path,
  set,
  synced,
}: {
  readonly of: Schema
  readonly path: string
  readonly set: (next: Schema) => void
  readonly synced: Schema | undefined
}) => {
  const [name, setName] = useState('')
  const properties = propertiesOf(of)
  const theirs = new Map(propertiesOf(synced ?? {}).map((one) => [one.name, one.schema]))
  const wanted = name.trim()
  const taken = properties.some((one) => one.name === wanted)
  const add = (): void => {
    set(withProperties(of, [...properties, { name: wanted, schema: {}, required: false }]))
    setName('')
  }
  return (
    <div className={path === '' ? 'stack tight' : 'nested stack tight'}>
      <ul className="properties">
        {properties.map((property) => (
          <Row
            key={property.name}
            of={property}
            path={path + property.name}
            synced={theirs.get(property.name)}
            set={(next) =>
              set(
                withProperties(
                  of,
                  properties.map((one) => (one.name === property.name ? next : one)),
                ),
              )
            }
            remove={() =>
              set(
                withProperties(
                  of,
                  properties.filter((one) => one.name !== property.name),
                ),
              )
            }
          />
        ))}
      </ul>
      <div className="row wrap">
        <TextInput
          size="xs"
          aria-label={path === '' ? 'Name of another property' : `Name of another property of ${path.slice(0, -1)}`}
          placeholder="another property"
          value={name}
          error={taken ? 'is there already' : undefined}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            if (wanted !== '' && !taken) add()
          }}
        />
        <Button
          size="xs"
          variant="default"
          aria-label={path === '' ? 'Add the property' : `Add the property to ${path.slice(0, -1)}`}
          disabled={wanted === '' || taken}
          onClick={add}
        >
          Add
        </Button>
      </div>
    </div>
  )
}
