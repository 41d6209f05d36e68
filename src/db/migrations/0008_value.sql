-- One stored value against another (an event's property against a trait, a child's against its parent's), as the operators compare a stored
-- value with a literal.

-- Letters without their case, after Unicode's rules and not the database's locale.
create function without_case(text text) returns text language sql immutable parallel safe
return lower(text collate "und-x-icu");

create function folded(value jsonb) returns jsonb language sql immutable parallel safe
return case when jsonb_typeof(value) = 'string' then to_jsonb(without_case(value #>> '{}')) else value end;

-- Null where either is missing. Across types only what means the same: words true and false are booleans, plain decimals are numbers.
create function same_value(a jsonb, b jsonb) returns boolean language sql immutable parallel safe
return case
  when a is null or b is null or jsonb_typeof(a) = 'null' or jsonb_typeof(b) = 'null' then null
  when jsonb_typeof(a) = jsonb_typeof(b) then a = b
  when 'boolean' in (jsonb_typeof(a), jsonb_typeof(b)) then
    'string' in (jsonb_typeof(a), jsonb_typeof(b)) and (a #>> '{}') = (b #>> '{}')
  else coalesce(decimal_of(a) = decimal_of(b), false)
end;

-- Below 0, 0 or above 0 as `a` goes before `b`, is like it, or goes after it: as numbers if both are, else as instants if both are, else two
-- texts by code point; null where there is no order.
create function value_order(a jsonb, b jsonb) returns integer language sql stable parallel safe
return case
  when decimal_of(a) is not null and decimal_of(b) is not null then sign(decimal_of(a) - decimal_of(b))::integer
  when jsonb_typeof(a) = 'string' and jsonb_typeof(b) = 'string' then
    case when instant_of(a) is not null and instant_of(b) is not null then
      case when instant_of(a) < instant_of(b) then -1 when instant_of(a) > instant_of(b) then 1 else 0 end
    when (a #>> '{}') collate "C" < (b #>> '{}') then -1
    when (a #>> '{}') collate "C" > (b #>> '{}') then 1
    else 0 end
end;

-- The scalars of lists (one list for each event) as texts, to be counted.
create function scalar_texts(lists jsonb) returns text[] language sql immutable parallel safe
return (select array_agg(scalar_text(v.value))
  from jsonb_array_elements(lists) as l (list)
    cross join lateral jsonb_array_elements(case jsonb_typeof(l.list) when 'array' then l.list else '[]' end) as v (value));
