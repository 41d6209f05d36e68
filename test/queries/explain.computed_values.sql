select profile_id as "profileId", computed_trait_id as id, value,
  case jsonb_typeof(value) when 'number' then value #>> '{}' end as digits from computed_value
  where space_id = $1 and profile_id = any ($2::uuid[])
