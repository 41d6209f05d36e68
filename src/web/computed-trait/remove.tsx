import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Answers, Dialog } from '../parts/dialog.tsx'
import { useGo } from '../parts/go.tsx'
import { UsedBy } from './used-by.tsx'
import type { ComputedTrait, TraitFigures } from './wire.ts'
import { whoWords } from './words.ts'

type Props = { readonly of: ComputedTrait; readonly figures: TraitFigures | undefined }

const Asking = ({ of, figures, close }: Props & { readonly close: () => void }) => {
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const users = figures?.usedBy ?? []
  // A journey goes on without it, and says so; an audience or another trait would not know what to do.
  const blocked = users.some(({ kind }) => kind !== 'journey')
  const remove = async (): Promise<void> => {
    if (of.enabled) await api.call('PATCH', `/computed-traits/${of.id}`, { enabled: false })
    await api.call('DELETE', `/computed-traits/${of.id}`)
    go('/computed-traits')
    await queries.invalidateQueries()
  }
  const who = whoWords(figures?.people ?? 0, of.definition.type)
  return (
    <>
      {users.length > 0 && (
        <div>
          <p>{blocked ? 'It is used. Take it out there first:' : 'These ask for it, and will find what it says now:'}</p>
          <UsedBy of={users} />
        </div>
      )}
      {!blocked && (
        <p>
          It is computed no more. What it says now stays on {who} as a custom trait “{of.key}”, and the key is never used again.
          This cannot be taken back.
        </p>
      )}
      <Answers problem={problem} failed="It was not deleted" close={close}>
        <Button color="red.9" disabled={blocked} loading={busy} onClick={() => act(remove)}>
          Delete it
        </Button>
      </Answers>
    </>
  )
}

/** Deletes a computed trait, after saying who uses it and what stays. */
export const RemoveButton = (props: Props) => {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        Delete
      </Button>
      <Dialog title={`Delete “${props.of.name}”`} opened={open} close={() => setOpen(false)}>
        <Asking {...props} close={() => setOpen(false)} />
      </Dialog>
    </>
  )
}
