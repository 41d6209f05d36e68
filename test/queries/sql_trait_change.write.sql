with change as (
  insert into sql_trait_change (space_id, sql_trait_id, owner, member, hash, traits)
  select $1, $2, d.owner, d.member, d.hash, d.traits
  from (
  select coalesce(n.owner, o.owner) as owner, coalesce(n.member, o.member) as member, n.hash, n.traits
  from (select s.owner, s.member, s.hash, s.traits from sql_trait_staged s where s.space_id = $3 and s.sql_trait_id = $4) as n
  full join (select r.owner, r.member, r.hash from sql_trait_row r where r.space_id = $5 and r.sql_trait_id = $6) as o
  on o.owner = n.owner and o.member = n.member
  where (n.hash is distinct from o.hash or ($7 and n.hash is not null)) and n.hash is distinct from $8
  order by 1, 2) as d
  on conflict do nothing returning hash)
  select count(*) filter (where hash is not null) as changed, count(*) filter (where hash is null) as missing from change
