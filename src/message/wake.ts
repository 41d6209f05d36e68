import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'

export type DueAccount = { readonly spaceId: string; readonly accountId: string }

/**
 * Accounts that have something to do at `now`: messages due, or such as a drain that is gone had taken before `abandoned`. Two index
 * probes an account, whatever waits in it.
 */
export const accountsWithWork = (db: Db, now: Date, abandoned: Date): Promise<readonly DueAccount[]> =>
  run(
    db,
    query(
      'message.accounts_with_work',
      sql<DueAccount>`select a.space_id as "spaceId", a.id as "accountId" from provider_account a
        left join provider_account_state s on s.space_id = a.space_id and s.account_id = a.id
        where a.enabled and (s.retry_at is null or s.retry_at <= ${now}) and (
          exists (select from message m where m.space_id = a.space_id and m.provider_account_id = a.id
            and m.status = 'queued' and m.claim is null and m.due_at <= ${now})
          or exists (select from message m where m.space_id = a.space_id and m.provider_account_id = a.id
            and m.status in ('queued', 'sending') and m.claim is not null and m.claimed_at < ${abandoned}))
        order by a.space_id, a.id`,
    ),
  )
