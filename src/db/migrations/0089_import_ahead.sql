-- Calls of a file that are stored already though `reached` lies before them: a part of a file goes into several transactions at once, and a process
-- may die between them. Who goes on finds them as duplicates, and counts so many of these as taken.
alter table import add column ahead bigint not null default 0;
