import type { Person, Profile, Traits } from '../wire.ts'

/* The API's shapes of accounts, as they travel. */

export type ListedAccount = Person & { readonly people: number }
export type Account = {
  readonly id: string
  readonly name?: string
  readonly identifiers: Readonly<Record<string, readonly string[]>>
  readonly traits: Traits
  readonly computedTraits: Traits
  readonly createdAt: string
  readonly updatedAt: string
  readonly people: number
  readonly linked: readonly Person[]
  readonly audiences: Profile['audiences']
}

/** What to call an account of which we may know little. */
export const callAccount = ({ name, identifiers, id }: Pick<Account, 'id' | 'name' | 'identifiers'>): string =>
  name ?? identifiers['group_id']?.[0] ?? `An account (${id.slice(0, 8)})`
