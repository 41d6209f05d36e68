-- Whether a type of identifier is also read from traits and properties of its name. Of those that Usher knows by itself only an e-mail address and a
-- phone number can be: a property `user_id` is somebody else's as often as not.
alter table identifier_rule add column reads_traits boolean not null default true;
