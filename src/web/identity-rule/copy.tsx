import '@mantine/core/styles/PasswordInput.css'
import { Button, PasswordInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Sheet } from '../parts/sheet.tsx'
import { many } from '../parts/words.ts'
import { type IdentityRule, type IdentityRules, PATH } from './wire.ts'
import { isChanged } from './words.ts'

type Props = { readonly of: readonly IdentityRule[]; readonly close: () => void }

/** Takes the rules of another space, whose manager's token says that one may. */
export const Copy = ({ of, close }: Props) => {
  const api = useApi()
  const queries = useQueryClient()
  const [token, setToken] = useState('')
  const { busy, problem, act, forget } = useActing()
  const own = of.filter(isChanged).length
  const send = (event: FormEvent): void => {
    event.preventDefault()
    act(async () => {
      const { data } = await api.call<{ data: IdentityRules }>('POST', `${PATH}/copies`, { token: token.trim() })
      queries.setQueryData([PATH, {}], data)
      close()
    })
  }
  return (
    <Sheet title="Copy from another space" close={close}>
      <p>
        Types, limits, priorities and blocked values of the other space take the place of those here
        {own > 0 ? `: ${many(own, 'rule')} of your own ${own === 1 ? 'is' : 'are'} lost.` : '.'} People stay as they are.
      </p>
      <form className="fields" onSubmit={send}>
        <PasswordInput
          label="Token of the other space"
          description="One that manages it. It is used this once and not kept."
          autoComplete="off"
          value={token}
          onChange={({ currentTarget }) => {
            forget()
            setToken(currentTarget.value)
          }}
        />
        {problem && (
          <p className="beside" role="alert">
            {problem.message.replace(/^token: /, 'This token ')}
          </p>
        )}
        <div className="row">
          <Button type="submit" loading={busy} disabled={token.trim() === ''}>
            Take its rules
          </Button>
          <Button variant="default" onClick={close}>
            Not now
          </Button>
        </div>
      </form>
    </Sheet>
  )
}
