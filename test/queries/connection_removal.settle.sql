delete from connection_removal where space_id = $1 and profile_id in (select r.id from unnest($2::uuid[]) as r (id)) returning regulation_id as regulation
