select profile_id as id from "computed_value" where space_id = $1 and "computed_trait_id" = $2
  and profile_id > $3::uuid and ($4::timestamptz is null or "changed_at" > $5::timestamptz)
  order by profile_id limit $6
