select count(a.profile_id) as first, count(b.profile_id) as second, count(*) filter (where a.profile_id = b.profile_id) as both
  from (select m.profile_id from membership m where m.space_id = $1 and m.audience_id = $2) as a full join (select m.profile_id from membership m where m.space_id = $3 and m.audience_id = $4) as b on b.profile_id = a.profile_id
