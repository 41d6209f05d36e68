import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Answers, Dialog } from '../parts/dialog.tsx'
import { useGo } from '../parts/go.tsx'
import { UsedBy, type User } from './used-by.tsx'

type Props = {
  readonly of: { readonly id: string; readonly key: string; readonly name: string; readonly enabled: boolean }
  readonly noun: 'audiences' | 'computed-traits'
  readonly users: readonly User[]
  /** Whom it is about, as `12 people`. */
  readonly who: string
}

const Asking = ({ of, noun, users, who, close }: Props & { readonly close: () => void }) => {
  const api = useApi()
  const go = useGo()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const blocked = users.length > 0
  const remove = async (): Promise<void> => {
    const at = `/${noun}/${of.id}`
    if (of.enabled) await api.call('PATCH', at, { enabled: false })
    // One that may not go stays as it was.
    await api.call('DELETE', at).catch(async (error: unknown) => {
      if (of.enabled) await api.call('PATCH', at, { enabled: true })
      throw error
    })
    // Not asked for anew here, where it would be what is gone.
    await queries.invalidateQueries({ refetchType: 'none' })
    // The list is seen next, and never with what is gone in it.
    queries.removeQueries({ queryKey: [`/${noun}`] })
    go(`/${noun}`)
  }
  return (
    <>
      {blocked ? (
        <div>
          <p>It is used. Take it out there first:</p>
          <UsedBy of={users} nobody="" />
        </div>
      ) : (
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

/** Deletes an audience or computed trait, after saying who uses it and what stays. */
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
