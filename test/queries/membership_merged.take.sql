delete from membership_merged where space_id = $1 and audience_id = $2 returning loser_id
