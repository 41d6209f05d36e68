import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Answers, Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { Block } from '../parts/page.tsx'
import { Await, Empty, Failing } from '../parts/state.tsx'
import { many } from '../parts/words.ts'
import { MappingForm } from './mapping-form.tsx'
import { callsInWords } from './trigger.ts'
import type { Action, Destination, Mapping, Tool } from './wire.ts'

const Trigger = ({ of }: { readonly of: string }) => {
  const said = callsInWords(of)
  return 'words' in said ? <span>{said.words}</span> : <span className="mono">{of}</span>
}

type WrongProps = { readonly of: ApiFailure; readonly action: Action | undefined; readonly open: () => void }

/** Why a mapping was not switched on: its fields by their names, and the way to them. */
const Wrong = ({ of, action, open }: WrongProps) => {
  if (of.problems.length === 0) return <Failing error={of} title="It was not changed" />
  const nameOf = (field: string): string => action?.fields.find(({ fieldKey }) => field === `fields.${fieldKey}`)?.label ?? field
  return (
    <div className="failing" role="alert">
      <Icon name="warn" />
      <div>
        <strong>It cannot be switched on yet</strong>
        {of.problems.map(({ field, message }) => (
          <p key={field + message}>
            {nameOf(field)} {message}.
          </p>
        ))}
      </div>
      <Button variant="default" size="xs" onClick={open}>
        Fill it
      </Button>
    </div>
  )
}

type LineProps = {
  readonly of: Mapping
  readonly at: number
  readonly tool: Tool
  readonly open: () => void
  readonly duplicated: (mapping: Mapping) => void
}

const useChanges = ({ of, duplicated }: LineProps) => {
  const api = useApi()
  const queries = useQueryClient()
  const acting = useActing()
  const path = `/destinations/${of.destinationId}/mappings`
  const then = async <T,>(work: Promise<T>): Promise<T> => {
    const done = await work
    await queries.invalidateQueries()
    return done
  }
  const { name, actionId, trigger, settings } = of
  return {
    ...acting,
    turn: () => acting.act(() => then(api.call('PATCH', `${path}/${of.id}`, { enabled: !of.enabled }))),
    remove: (close: () => void) =>
      acting.act(async () => {
        await then(api.call('DELETE', `${path}/${of.id}`))
        close()
      }),
    duplicate: () =>
      acting.act(async () => {
        const copy = { name: `Copy of ${name}`.slice(0, 255), actionId, trigger, settings, enabled: false }
        duplicated((await then(api.call<{ data: { mapping: Mapping } }>('POST', path, copy))).data.mapping)
      }),
  }
}

const Line = (props: LineProps) => {
  const { of, at, tool, open } = props
  const { busy, problem, turn, remove, duplicate } = useChanges(props)
  const [asking, ask] = useState(false)
  const action = tool.actions.find(({ id }) => id === of.actionId)
  const small = { size: 'xs', variant: 'default', disabled: busy } as const
  return (
    <li className="from-top wrap">
      <span className="place" title="Asked in this order">
        {at}
      </span>
      <div className="grow">
        <strong>{of.name}</strong> {!of.enabled && <span className="dim">off</span>}
        <div className="small">
          {action?.name ?? of.actionId} for <Trigger of={of.trigger} />
        </div>
      </div>
      <div className="row wrap tight">
        <Button {...small} aria-label={`Switch ${of.enabled ? 'off' : 'on'} ${of.name}`} onClick={turn}>
          {of.enabled ? 'Switch off' : 'Switch on'}
        </Button>
        <Button {...small} aria-label={`Edit ${of.name}`} onClick={open}>
          Edit
        </Button>
        <Button {...small} aria-label={`Duplicate ${of.name}`} onClick={duplicate}>
          Duplicate
        </Button>
        <Button {...small} aria-label={`Delete ${of.name}`} onClick={() => ask(true)}>
          Delete
        </Button>
      </div>
      {problem && !asking && <Wrong of={problem} action={action} open={open} />}
      <Dialog title={`Delete ${of.name}?`} opened={asking} close={() => ask(false)}>
        <p>
          {of.enabled ? `From now on nothing is sent to ${tool.name} by it.` : 'It is off: nothing changes for the tool.'} What it
          says is lost and cannot be brought back; what it sent stays in the deliveries.
        </p>
        <Answers problem={problem} close={() => ask(false)}>
          <Button color="red.9" loading={busy} onClick={() => remove(() => ask(false))}>
            Delete the mapping
          </Button>
        </Answers>
      </Dialog>
    </li>
  )
}

const NEW = 'new'
type Editing = { readonly editing: string | undefined; readonly edit: (id: string | undefined) => void }
type Around = Editing & { readonly of: Destination; readonly tool: Tool }

const List = ({ mappings, of, tool, editing, edit }: Around & { readonly mappings: readonly Mapping[] }) => (
  <ol className="list">
    {mappings.map((one, at) =>
      one.id === editing ? (
        <li key={one.id}>
          <MappingForm destination={of} tool={tool} of={one} close={() => edit(undefined)} />
        </li>
      ) : (
        <Line key={one.id} of={one} at={at + 1} tool={tool} open={() => edit(one.id)} duplicated={({ id }) => edit(id)} />
      ),
    )}
  </ol>
)

const None = ({ tool, edit }: Pick<Around, 'tool' | 'edit'>) => (
  <Empty
    icon="destinations"
    title="Nothing is sent without a mapping"
    action={<Button onClick={() => edit(NEW)}>Write the first mapping</Button>}
  >
    A mapping says which calls {tool.name} hears of, and what it is told.
  </Empty>
)

const Another = ({ of, tool, editing, edit }: Around) =>
  editing === NEW ? (
    <Block title="A new mapping">
      <MappingForm destination={of} tool={tool} close={() => edit(undefined)} />
    </Block>
  ) : (
    <div>
      <Button variant="default" onClick={() => edit(NEW)}>
        Add a mapping
      </Button>
    </div>
  )

/** Which calls become which request, in the order in which they are asked. */
export const Mappings = ({ of, tool }: { readonly of: Destination; readonly tool: Tool }) => {
  const found = useGet<{ mappings: readonly Mapping[] }>(`/destinations/${of.id}/mappings`)
  const [editing, edit] = useState<string>()
  const around = { of, tool, editing, edit }
  return (
    <Await of={found}>
      {({ mappings }) => {
        const [all, on] = [mappings.length, mappings.filter(({ enabled }) => enabled).length]
        return (
          <div className="stack">
            <Block title="Which calls become which request" aside={all === 0 ? '' : `${many(all, 'mapping')}, ${on} on`}>
              {all > 0 && on === 0 && (
                <p className="tone-warn small">All are off, so nothing is sent: look at one, then switch it on.</p>
              )}
              {all === 0 ? <None tool={tool} edit={edit} /> : <List mappings={mappings} {...around} />}
            </Block>
            {(all > 0 || editing === NEW) && <Another {...around} />}
          </div>
        )
      }}
    </Await>
  )
}
