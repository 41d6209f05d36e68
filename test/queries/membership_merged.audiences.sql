select distinct audience_id as id from membership_merged where space_id = $1 order by audience_id
