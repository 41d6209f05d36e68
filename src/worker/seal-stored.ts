import { sealAlertSettings } from '../alert/setting.ts'
import type { Db } from '../db/database.ts'
import { sealAccounts } from '../message/account.ts'
import { sealTransformations } from '../transformation/secret.ts'

/**
 * Seals what older versions stored as it was: what opens somebody else's door. A process of the older version cannot read it: stop them first.
 * Copies of the database that were made before hold what they held.
 */
export const sealStored = async (db: Db): Promise<void> => {
  await sealAccounts(db)
  await sealAlertSettings(db)
  await sealTransformations(db)
}
