-- As before, but a list of plain values, as the list of everything that somebody bought is, is written without taking it apart: where it has as
-- many commas with a space as it needs, and no colon with one, none of them lies inside a text.
create or replace function compact_json(value jsonb) returns text language plpgsql immutable parallel safe as $$
declare
  whole text := value::text;
begin
  if jsonb_typeof(value) = 'array' and strpos(whole, ': ') = 0
    and length(whole) - length(replace(whole, ', ', '')) = 2 * greatest(jsonb_array_length(value) - 1, 0) then
    return replace(whole, ', ', ',');
  end if;
  return (
    select replace(replace(string_agg(
        case when p.place % 2 = 1 then replace(replace(p.piece, ', ', ','), ': ', ':') else p.piece end, '"' order by p.place),
      chr(2), '\"'), chr(1), '\\')
    from string_to_table(replace(replace(whole, '\\', chr(1)), '\"', chr(2)), '"') with ordinality as p (piece, place));
end $$;
