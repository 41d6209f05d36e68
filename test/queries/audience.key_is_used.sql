select exists (select from audience where space_id = $1 and key = $2)
  or exists (select from computed_trait where space_id = $3 and key = $4) as used
