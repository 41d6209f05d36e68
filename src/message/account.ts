import { sql } from 'kysely'
import { Invalid, notFound, type Problem } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { Channel, ProviderAccountRow, ProviderAccountStateRow, ProviderKind } from '../db/rows/message.ts'
import { isSealed, withOpened, withSealed } from '../db/sealed.ts'
import { PROVIDERS } from './providers/index.ts'

/** An account with what it is doing: `stopped` until somebody repairs it or `retry_at` is over. */
export type Account = ProviderAccountRow & Pick<ProviderAccountStateRow, 'status' | 'reason' | 'retry_at'>

const columns = sql`a.space_id, a.id, a.channel, a.kind, a.name, a.settings, a.rate_per_second, a.policy, a.enabled, a.created_at, a.updated_at,
  coalesce(s.status, 'working') as status, s.reason, s.retry_at`

const open = (db: Db, account: Account): Account => ({ ...account, settings: withOpened(db, account.settings) })

/** All accounts of a space, oldest first: of a channel's enabled ones the first is used. */
export const accountsOf = async (db: Db, spaceId: string): Promise<readonly Account[]> => {
  const rows = await run(
    db,
    query(
      'provider_account.list',
      sql<Account>`select ${columns} from provider_account a
        left join provider_account_state s on s.space_id = ${spaceId} and s.account_id = a.id
        where a.space_id = ${spaceId} order by a.created_at, a.id`,
    ),
  )
  return rows.map((row) => open(db, row))
}

export const findAccount = async (db: Db, spaceId: string, id: string): Promise<Account | undefined> => {
  const row = await runOne(
    db,
    query(
      'provider_account.by_id',
      sql<Account>`select ${columns} from provider_account a
        left join provider_account_state s on s.space_id = ${spaceId} and s.account_id = a.id
        where a.space_id = ${spaceId} and a.id = ${id}`,
    ),
  )
  return row && open(db, row)
}

/** The account. @throws Refused 404. */
export const accountOf = async (db: Db, spaceId: string, id: string): Promise<Account> => {
  const account = await findAccount(db, spaceId, id)
  if (!account) throw notFound('provider account', id)
  return account
}

/** Settings as the provider reads them. @throws Invalid naming each field that is wrong. */
export const parseSettings = (kind: ProviderKind, channel: Channel, settings: unknown): JsonObject => {
  const provider = PROVIDERS[kind]
  const { data, error } = provider.settings.safeParse(settings)
  const problems: Problem[] = (error?.issues ?? []).map(({ path, message }) => ({
    field: ['settings', ...path].join('.'),
    message,
  }))
  if (!provider.channels.includes(channel)) {
    const remedy = `choose ${provider.channels.join(' or ')}`
    problems.push({ field: 'channel', message: `${kind} does not carry ${channel}`, remedy })
  }
  if (problems.length > 0 || data === undefined) throw new Invalid('invalid', problems)
  return data
}

const stored = (db: Db, kind: ProviderKind, settings: JsonObject): string =>
  JSON.stringify(withSealed(db, settings, PROVIDERS[kind].secrets))

export type NewAccount = {
  readonly id: string
  readonly channel: Channel
  readonly kind: ProviderKind
  readonly name: string
  readonly settings: JsonObject
  readonly ratePerSecond?: number | undefined
  readonly policy?: ProviderAccountRow['policy'] | undefined
}

/** Makes an account; one of the same id stays as it is. @throws Invalid when the settings are not the provider's. */
export const createAccount = async (db: Db, spaceId: string, account: NewAccount, now: Date): Promise<Account> => {
  const { id, channel, kind, name, ratePerSecond, policy } = account
  const settings = parseSettings(kind, channel, account.settings)
  await run(
    db,
    query(
      'provider_account.create',
      sql`insert into provider_account (space_id, id, channel, kind, name, settings, rate_per_second, policy, created_at, updated_at)
        values (${spaceId}, ${id}, ${channel}, ${kind}, ${name}, ${stored(db, kind, settings)}::jsonb,
          ${ratePerSecond ?? PROVIDERS[kind].ratePerSecond}, ${policy ?? 'at-most-once'}, ${now}, ${now}) on conflict do nothing`,
    ),
  )
  return accountOf(db, spaceId, id)
}

export type AccountChange = {
  readonly name?: string | undefined
  readonly settings?: JsonObject | undefined
  readonly ratePerSecond?: number | undefined
  readonly policy?: ProviderAccountRow['policy'] | undefined
  readonly enabled?: boolean | undefined
}

/** Changes an account and lets it work again if it had stopped. Settings are laid over the old ones, so that a secret need not be repeated. */
export const updateAccount = async (db: Db, spaceId: string, id: string, change: AccountChange, now: Date): Promise<Account> => {
  const old = await accountOf(db, spaceId, id)
  const settings = parseSettings(old.kind, old.channel, { ...old.settings, ...change.settings })
  await run(
    db,
    query(
      'provider_account.update',
      sql`update provider_account set name = ${change.name ?? old.name}, settings = ${stored(db, old.kind, settings)}::jsonb,
          rate_per_second = ${change.ratePerSecond ?? old.rate_per_second}, policy = ${change.policy ?? old.policy},
          enabled = ${change.enabled ?? old.enabled}, updated_at = ${now}
        where space_id = ${spaceId} and id = ${id}`,
    ),
  )
  await setAccountState(db, spaceId, id, { status: 'working', reason: null, retry_at: null }, now)
  return accountOf(db, spaceId, id)
}

export type AccountState = Pick<ProviderAccountStateRow, 'status' | 'reason' | 'retry_at'>

/** Says what an account is doing: nothing is sent before `retry_at`, and its messages wait. */
export const setAccountState = async (db: Db, spaceId: string, id: string, state: AccountState, now: Date): Promise<void> => {
  await run(
    db,
    query(
      'provider_account.state',
      sql`insert into provider_account_state (space_id, account_id, status, reason, retry_at, updated_at)
        values (${spaceId}, ${id}, ${state.status}, ${state.reason}, ${state.retry_at}, ${now})
        on conflict (space_id, account_id) do update
          set status = excluded.status, reason = excluded.reason, retry_at = excluded.retry_at, updated_at = excluded.updated_at`,
    ),
  )
}

const MASK = '••••'

/** Settings as an answer may show them: of a secret, that it is there and how it ends. */
export const maskSettings = (kind: ProviderKind, settings: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(settings).map(([key, value]) => {
      if (!PROVIDERS[kind].secrets.includes(key)) return [key, value]
      const text = String(value)
      return [key, kind === 'fcm' || text.length < 12 ? MASK : `${MASK}${text.slice(-3)}`]
    }),
  )

/** Seals what older versions stored as it was; a worker does it before it begins. Answers how many accounts that were. */
export const sealAccounts = async (db: Db): Promise<number> => {
  const rows = await run(
    db,
    query(
      'provider_account.of_all',
      sql<
        Pick<ProviderAccountRow, 'space_id' | 'id' | 'kind' | 'settings'>
      >`select space_id, id, kind, settings from provider_account order by space_id, id`,
    ),
  )
  const plain = rows.filter(({ kind, settings }) =>
    PROVIDERS[kind].secrets.some((key) => settings[key] !== undefined && !isSealed(settings[key])),
  )
  for (const { space_id, id, kind, settings } of plain)
    await run(
      db,
      query(
        'provider_account.seal',
        sql`update provider_account set settings = ${stored(db, kind, settings)}::jsonb
          where space_id = ${space_id} and id = ${id} and settings = ${JSON.stringify(settings)}::jsonb`,
      ),
    )
  return plain.length
}
