-- The most common of numbers written as text, if it is there so often; the least of several. What is no number is left out.
create function most_frequent_number(texts text[], minimum integer) returns numeric language sql immutable parallel safe
return (select n.number from (select decimal_of(to_jsonb(u.text)) as number from unnest(texts) as u (text)) as n where n.number is not null
  group by n.number having count(*) >= minimum order by count(*) desc, n.number limit 1);
