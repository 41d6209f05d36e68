select settings ->> 'subscriptionMode' as mode from space where id = $1
