select profile_id as id from "membership" where space_id = $1 and "audience_id" = $2
  and profile_id > $3::uuid and ($4::timestamptz is null or "entered_at" > $5::timestamptz)
  order by profile_id limit $6
