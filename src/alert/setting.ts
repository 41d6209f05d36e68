import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { AlertSettingRow } from '../db/rows/alert.ts'
import { isSealed, opened, sealed } from '../db/sealed.ts'

export type AlertSetting = Pick<AlertSettingRow, 'volume' | 'violations' | 'url' | 'secret'>
const DEFAULT: AlertSetting = { volume: true, violations: true, url: null, secret: '' }

/** What a space wants to hear of, and where; everything in the app where nobody said otherwise. */
export const alertSettingOf = async (db: Db, spaceId: string): Promise<AlertSetting> => {
  const row = await runOne(
    db,
    query(
      'alert_setting.one',
      sql<AlertSetting>`select volume, violations, url, secret from alert_setting where space_id = ${spaceId}`,
    ),
  )
  return row ? { ...row, secret: String(opened(db, row.secret)) } : DEFAULT
}

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
        values (${spaceId}, ${volume}, ${violations}, ${url}, ${sealed(db, secret)}, ${by}, ${now}::timestamptz)
        on conflict (space_id) do update set volume = excluded.volume, violations = excluded.violations, url = excluded.url,
          secret = excluded.secret, updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
    ),
  )
}

/** Seals what older versions stored as it was; a worker does it before it begins. */
export const sealAlertSettings = async (db: Db): Promise<void> => {
  const rows = await run(
    db,
    query(
      'alert_setting.secrets',
      sql<Pick<AlertSettingRow, 'space_id' | 'secret'>>`select space_id, secret from alert_setting order by space_id`,
    ),
  )
  for (const { space_id, secret } of rows.filter((row) => !isSealed(row.secret)))
    await run(
      db,
      query(
        'alert_setting.seal',
        sql`update alert_setting set secret = ${sealed(db, secret)} where space_id = ${space_id} and secret = ${secret}`,
      ),
    )
}
