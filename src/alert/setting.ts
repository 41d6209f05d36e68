import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { AlertSettingRow } from '../db/rows/alert.ts'

export type AlertSetting = Pick<AlertSettingRow, 'volume' | 'violations' | 'url' | 'secret'>
const DEFAULT: AlertSetting = { volume: true, violations: true, url: null, secret: '' }

/** What a space wants to hear of, and where; everything in the app where nobody said otherwise. */
export const alertSettingOf = async (db: Db, spaceId: string): Promise<AlertSetting> =>
  (await runOne(
    db,
    query(
      'alert_setting.one',
      sql<AlertSetting>`select volume, violations, url, secret from alert_setting where space_id = ${spaceId}`,
    ),
  )) ?? DEFAULT

/** Writes it whole. */
export const writeAlertSetting = async (
  db: Db,
  { spaceId, by, now }: { readonly spaceId: string; readonly by: string; readonly now: Date },
  { volume, violations, url, secret }: AlertSetting,
): Promise<void> => {
  await run(
    db,
    query(
      'alert_setting.write',
      sql`insert into alert_setting (space_id, volume, violations, url, secret, updated_by, updated_at)
        values (${spaceId}, ${volume}, ${violations}, ${url}, ${secret}, ${by}, ${now}::timestamptz)
        on conflict (space_id) do update set volume = excluded.volume, violations = excluded.violations, url = excluded.url,
          secret = excluded.secret, updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
    ),
  )
}
