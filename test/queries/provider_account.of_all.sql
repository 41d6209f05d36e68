select space_id, id, kind, settings from provider_account order by space_id, id
